"""Numbers for people: money, intervals, shares and dates, with no more digits than they deserve.

Text made here uses the ASCII hyphen as its minus sign, which survives every terminal; :func:`typographic`
gives the true minus for a page. What is missing is always an em dash, never a zero.
"""

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass

from plimsoll.risk.measures import Estimate

__all__ = [
    "MISSING",
    "Scale",
    "common_scale",
    "day",
    "exact",
    "interval",
    "money",
    "percent",
    "plural",
    "supported_step",
    "typographic",
]

MISSING = "—"

_UNITS = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1e4, "k"))
_UNIT_WORDS = {"tn": "trillion", "bn": "billion", "m": "million", "k": "thousand", "": ""}


@dataclass(frozen=True, slots=True)
class Scale:
    """One unit and one number of decimals for all the numbers of a table.

    Parameters
    ----------
    factor
        What one unit is worth (1000.0 for thousands).
    suffix
        Its sign behind a number: empty, ``k``, ``m``, ``bn`` or ``tn``.
    decimals
        Digits after the point.

    Examples
    --------
    >>> Scale(1e3, "k", 1).number(-1_234_560.0)
    '-1,234.6'
    """

    factor: float
    suffix: str
    decimals: int

    def number(self, value: float | None, *, sign: bool = False) -> str:
        """Return `value` in this unit, without the suffix; a dash where it is None or not finite."""
        if value is None or not math.isfinite(value):
            return MISSING
        return _signed(round(value / self.factor, self.decimals), self.decimals, sign=sign)

    def words(self, currency: str) -> str:
        """Return the unit in words, for the head of a table: ``USD thousand``."""
        return f"{currency} {_UNIT_WORDS[self.suffix]}".strip()


def _signed(number: float, decimals: int, *, sign: bool) -> str:
    shown = f"{abs(number):,.{decimals}f}"
    if number == 0.0:
        return shown
    return f"-{shown}" if number < 0.0 else f"+{shown}" if sign else shown


def _exponent(number: float) -> int:
    return math.floor(math.log10(number))


def _is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _scale(value: float, step: float) -> Scale:
    """Return the unit that suits `value` rounded to `step`, and the decimals that show the step."""
    rounded = abs(round(value / step) * step)
    factor, suffix = next((unit for unit in _UNITS if rounded >= unit[0] * (1 - 1e-12)), (1.0, ""))
    factor = 1e3 if suffix == "k" else factor
    return Scale(factor, suffix, max(0, _exponent(factor * 1.5) - _exponent(step * 1.5)))


def _significant_step(value: float, digits: int) -> float:
    """Return the place of the last of so many digits of `value`, also where rounding carries."""
    if value == 0.0:
        return 1.0
    step = 10.0 ** (_exponent(abs(value)) - digits + 1)
    carried = round(abs(value) / step) * step * (1 + 1e-12)
    return 10.0 ** (_exponent(carried) - digits + 1)


def supported_step(estimate: Estimate) -> float:
    """Return the place to which the interval of `estimate` supports rounding.

    The width of the interval keeps two significant digits, and so does at least the estimate itself. An
    interval that is open on one side counts as twice its known half; without any, three digits are shown.

    Parameters
    ----------
    estimate
        In any currency.

    Returns
    -------
    float
        A power of ten in the same currency.

    Examples
    --------
    >>> supported_step(Estimate(1.2431e6, 1.15e6, 1.36e6, 0.99, 1, "", 5, 500, ""))
    10000.0
    """
    value, low, high = estimate.value, estimate.low, estimate.high
    sides = [abs(value - side) for side in (low, high) if side is not None and math.isfinite(side)]
    width = sum(sides) * 2 / len(sides) if sides else 0.0
    if not math.isfinite(value) or width == 0.0:
        return _significant_step(value if math.isfinite(value) else 0.0, 3)
    step = _significant_step(width, 2)
    return min(step, _significant_step(value, 2)) if value else step


def money(value: float | None, currency: str = "", *, step: float | None = None, sign: bool = False) -> str:
    """Return an amount in the unit that suits it.

    Parameters
    ----------
    value
        Amount; None or not finite gives a dash.
    currency
        Code to put in front; empty for none.
    step
        Power of ten to round to; None for three significant digits.
    sign
        Whether a gain carries a plus.

    Returns
    -------
    str
        With an ASCII minus.

    Examples
    --------
    >>> money(1_243_100.0, "USD"), money(-38_120.0, "USD", sign=True), money(None, "USD")
    ('USD 1.24m', 'USD -38.1k', '—')
    >>> money(999_999.0), money(1_243_100.0, "EUR", step=1e5)
    ('1.00m', 'EUR 1.2m')
    """
    if value is None or not math.isfinite(value):
        return MISSING
    wanted = step if step is not None else _significant_step(value, 3)
    scale = _scale(value, wanted)
    rounded = round(value / wanted) * wanted
    return f"{currency} {scale.number(rounded, sign=sign)}{scale.suffix}".strip()


def exact(value: float | None, currency: str = "") -> str:
    """Return an amount in whole units of its currency.

    Parameters
    ----------
    value
        Amount; None or not finite gives a dash.
    currency
        Code to put in front; empty for none.

    Returns
    -------
    str
        With thousands separators and an ASCII minus.

    Examples
    --------
    >>> exact(-1_243_100.4, "USD")
    'USD -1,243,100'
    """
    if value is None or not math.isfinite(value):
        return MISSING
    return f"{currency} {Scale(1.0, '', 0).number(value)}".strip()


def interval(estimate: Estimate) -> str:
    """Return the interval of an estimate in the unit and digits of the estimate.

    Parameters
    ----------
    estimate
        With its bounds; None is a side that the sample cannot bound.

    Returns
    -------
    str
        Empty brackets are never shown: without bounds the text says so.

    Examples
    --------
    >>> interval(Estimate(1.2431e6, 1.15e6, 1.36e6, 0.99, 1, "", 5, 500, ""))
    '95 % CI 1.15–1.36m'
    >>> interval(Estimate(1.2431e6, 1.15e6, None, 0.99, 1, "", 5, 500, ""))
    '95 % CI 1.15m – unbounded'
    """
    if not _is_number(estimate.low) and not _is_number(estimate.high):
        return "no interval"
    step = supported_step(estimate)
    scale = _scale(estimate.value if math.isfinite(estimate.value) else 0.0, step)
    name = f"{percent(estimate.interval_confidence)} CI"

    def bound(value: float | None) -> str:
        if value is None or not math.isfinite(value):
            return "unbounded"
        return scale.number(round(value / step) * step)

    low, high = bound(estimate.low), bound(estimate.high)
    if not _is_number(estimate.high):
        return f"{name} {low}{scale.suffix} – unbounded"
    if not _is_number(estimate.low):
        return f"{name} unbounded – {high}{scale.suffix}"
    between = " to " if low.startswith("-") else "–"
    return f"{name} {low}{between}{high}{scale.suffix}"


def percent(fraction: float | None, decimals: int | None = None, *, sign: bool = False) -> str:
    """Return a fraction as a percentage.

    Parameters
    ----------
    fraction
        0.01 is one percent; None or not finite gives a dash.
    decimals
        Digits after the point; None for as many as the fraction has, at most three.
    sign
        Whether a positive share carries a plus.

    Returns
    -------
    str
        With an ASCII minus.

    Examples
    --------
    >>> percent(0.99), percent(0.975), percent(-0.01234, 1), percent(None)
    ('99 %', '97.5 %', '-1.2 %', '—')
    """
    if fraction is None or not math.isfinite(fraction):
        return MISSING
    number = fraction * 100.0
    if decimals is None:
        decimals = next(d for d in range(4) if d == 3 or abs(round(number, d) - number) < 1e-9)
    return f"{_signed(round(number, decimals), decimals, sign=sign)} %"


def common_scale(values: Iterable[float | None], *, digits: int = 3) -> Scale:
    """Return the scale that gives the largest of `values` so many significant digits.

    Parameters
    ----------
    values
        Amounts of one currency; None and what is not finite is passed over.
    digits
        Significant digits of the largest.

    Returns
    -------
    Scale
        Whole units where there is nothing to go by.

    Examples
    --------
    >>> common_scale([38_120.0, -512.0, None])
    Scale(factor=1000.0, suffix='k', decimals=1)
    """
    sizes = [abs(value) for value in values if value is not None and math.isfinite(value)]
    largest = max(sizes, default=0.0)
    return _scale(largest, _significant_step(largest, digits)) if largest else Scale(1.0, "", 0)


def day(date: dt.date) -> str:
    """Return a date as people write it.

    Parameters
    ----------
    date
        Any date.

    Returns
    -------
    str
        Day, short month in English whatever the locale, year.

    Examples
    --------
    >>> day(dt.date(2022, 12, 9))
    '9 Dec 2022'
    """
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{date.day} {months[date.month - 1]} {date.year}"


def plural(count: int, word: str) -> str:
    """Return a count with its word.

    Parameters
    ----------
    count
        How many.
    word
        In the singular; the plural adds an s.

    Returns
    -------
    str
        With thousands separators.

    Examples
    --------
    >>> plural(1, "day"), plural(1500, "scenario")
    ('1 day', '1,500 scenarios')
    """
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def typographic(number: str) -> str:
    """Return a formatted number with the true minus sign, for a page.

    Parameters
    ----------
    number
        Text made by a function of this module.

    Returns
    -------
    str
        With U+2212 in place of each hyphen.

    Examples
    --------
    >>> typographic("-1.2k")
    '−1.2k'
    """
    return number.replace("-", "−")
