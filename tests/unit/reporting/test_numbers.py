"""Numbers for people."""

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.reporting import numbers
from plimsoll.reporting.numbers import Scale
from plimsoll.risk.measures import Estimate

NAN = float("nan")


def estimate(value: float, low: float | None, high: float | None) -> Estimate:
    """Return an estimate with these bounds."""
    return Estimate(value, low, high, 0.99, 1, "order_statistic", 5, 500, "exact binomial")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "USD 0"),
        (-0.0, "USD 0"),
        (0.01234, "USD 0.0123"),
        (9.999, "USD 10.0"),
        (1234.0, "USD 1,230"),
        (9_999.0, "USD 10.0k"),
        (12_345.0, "USD 12.3k"),
        (-999_950.0, "USD -1.00m"),
        (1_243_100.0, "USD 1.24m"),
        (2.5e9, "USD 2.50bn"),
        (7.123e12, "USD 7.12tn"),
        (None, "—"),
        (NAN, "—"),
        (math.inf, "—"),
    ],
)
def test_money_picks_its_unit(value: float | None, shown: str) -> None:
    """An amount has three significant digits, the unit that suits it, and a dash where it is missing."""
    assert numbers.money(value, "USD") == shown


def test_money_rounds_to_the_step_and_shows_signs() -> None:
    """The step decides the digits, and a plus is shown on demand but never on zero."""
    assert numbers.money(1_243_100.0, "EUR", step=1e5) == "EUR 1.2m"
    assert numbers.money(1_243_100.0, step=1e6) == "1m"
    assert numbers.money(400.0, sign=True) == "+400"
    assert numbers.money(0.0, sign=True) == "0"
    assert numbers.money(4.0, step=100.0) == "0"


@given(st.floats(min_value=1e-6, max_value=1e15), st.sampled_from([1.0, -1.0]))
def test_money_stays_within_half_a_percent(size: float, sign: float) -> None:
    """Three significant digits are off by at most 0.5 % (half a unit in the third of 100)."""
    shown = numbers.money(sign * size)
    factor = {"k": 1e3, "m": 1e6, "bn": 1e9, "tn": 1e12}
    suffix = shown.lstrip("-0123456789.,")
    read = float(shown.removesuffix(suffix).replace(",", "")) * factor.get(suffix, 1.0)
    assert read == pytest.approx(sign * size, rel=0.00501)


@pytest.mark.parametrize(
    ("given_estimate", "shown"),
    [
        (estimate(1.2431e6, 1.15e6, 1.36e6), "95 % CI 1.15–1.36m"),
        (estimate(1.2431e6, 1.15e6, None), "95 % CI 1.15m – unbounded"),
        (estimate(1.2431e6, None, 1.36e6), "95 % CI unbounded – 1.36m"),
        (estimate(1.2431e6, None, None), "no interval"),
        (estimate(1.2431e6, NAN, math.inf), "no interval"),
        (estimate(20.0, -12.0, 50.0), "95 % CI -12 to 50"),
        (estimate(0.0, 0.0, 0.0), "95 % CI 0–0"),
        (estimate(NAN, 1.0, 2.0), "95 % CI 1–2"),
        (estimate(0.0, -10.0, 10.0), "95 % CI -10 to 10"),
    ],
)
def test_interval(given_estimate: Estimate, shown: str) -> None:
    """Both bounds share the unit and digits of the estimate; a side without a bound is named."""
    assert numbers.interval(given_estimate) == shown


def test_digits_follow_the_interval() -> None:
    """A width of 0.032m supports 0.001m, one of 0.21m supports 0.01m; a huge one leaves two digits."""
    assert numbers.supported_step(estimate(1.242e6, 1.226e6, 1.258e6)) == pytest.approx(1e3)
    assert numbers.supported_step(estimate(1.242e6, 1.15e6, 1.36e6)) == pytest.approx(1e4)
    assert numbers.supported_step(estimate(1.242e6, 0.1e6, 90e6)) == pytest.approx(1e5)
    assert numbers.supported_step(estimate(1.242e6, 1.137e6, None)) == pytest.approx(1e4)


@pytest.mark.parametrize(
    ("fraction", "decimals", "shown"),
    [
        (0.99, None, "99 %"),
        (0.975, None, "97.5 %"),
        (0.9995, None, "99.95 %"),
        (1 / 3, None, "33.333 %"),
        (-0.01234, 1, "-1.2 %"),
        (-0.00001, 1, "0.0 %"),
        (None, 1, "—"),
        (NAN, None, "—"),
    ],
)
def test_percent(fraction: float | None, decimals: int | None, shown: str) -> None:
    """A fraction is shown times a hundred; nothing that rounds to zero carries a minus."""
    assert numbers.percent(fraction, decimals) == shown


def test_percent_with_a_sign() -> None:
    """A positive share carries a plus on demand."""
    assert numbers.percent(0.5, sign=True) == "+50 %"


def test_exact_keeps_whole_units() -> None:
    """Whole units are kept however large; what is missing is a dash."""
    assert numbers.exact(-1_243_100.4, "USD") == "USD -1,243,100"
    assert numbers.exact(None) == "—"
    assert numbers.exact(NAN) == "—"


def test_common_scale() -> None:
    """The largest number decides; nothing to go by gives whole units."""
    assert numbers.common_scale([38_120.0, -512.0, None, NAN]) == Scale(1e3, "k", 1)
    assert numbers.common_scale([0.0]) == Scale(1.0, "", 0)
    assert numbers.common_scale([]) == Scale(1.0, "", 0)
    assert Scale(1e3, "k", 1).number(None) == "—"
    assert Scale(1.0, "", 0).words("USD") == "USD"
    assert Scale(1e6, "m", 2).words("USD") == "USD million"


def test_words_and_dates() -> None:
    """Dates are in English whatever the locale; one thing is singular; a page gets a true minus."""
    assert numbers.day(dt.date(2020, 3, 9)) == "9 Mar 2020"
    assert numbers.plural(1, "day") == "1 day"
    assert numbers.plural(0, "day") == "0 days"
    assert numbers.typographic("-1.2k") == "−1.2k"
