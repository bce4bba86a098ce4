"""What the report says about prices that were missing, stood still or look wrong."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from plimsoll.data.price_checks import hundredfold_jumps, reversing_spikes
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.market import Quality

__all__ = [
    "dates_since_observation",
    "notes_on_levels",
    "notes_on_newer",
    "notes_on_prices",
    "notes_on_zeros",
]

_NAMES_SHOWN = 5


def notes_on_zeros(
    symbols: Sequence[str], zeros: NDArray[np.int64], used: Collection[str]
) -> list[Assumption]:
    """Report the zeros, counts of shape (N,), that were taken out of the columns in use."""
    counts = {symbol: int(count) for symbol, count in zip(symbols, zeros, strict=True) if symbol in used}
    return _noted("quality", counts, "zero price", "treated as missing: the other prices are above zero")


def notes_on_prices(names: Sequence[str], prices: NDArray[np.float64]) -> list[Assumption]:
    """Report suspicious prices, shape (T, N), NaN where missing; none is altered."""
    spikes = dict(zip(names, reversing_spikes(prices).tolist(), strict=True))
    jumps = dict(zip(names, hundredfold_jumps(prices).tolist(), strict=True))
    below = [name for name, column in zip(names, prices.T, strict=True) if (column <= 0).any()]
    undone = "kept, though above 10 robust standard deviations and undone the next day: check the source"
    notes = _noted("quality", spikes, "move", undone)
    notes += _noted("quality", jumps, "move", "kept, though by a factor of 100: pence among pounds?")
    if below:
        text = f"{_list(below)}: some prices are not above zero, so moves are differences, not percentages."
        notes.append(Assumption("shocks", text, tuple(below)))
    return notes


def notes_on_newer(
    dates: NDArray[np.datetime64], levels: Mapping[str, NDArray[np.float64]]
) -> list[Assumption]:
    """Report series of shape (T,) with prices after the first of `dates`, the date of the report."""
    newer = {name: np.flatnonzero(np.isfinite(series[1:])) for name, series in levels.items()}
    names = tuple(name for name, rows in newer.items() if len(rows))
    if not names:
        return []
    until = dates[1 + max(int(newer[name][-1]) for name in names)]
    text = (
        f"The report is for {dates[0]}, the last date on which most of the book has prices; newer prices, of "
        f"{_list(names)} until {until}, are not used."
    )
    return [Assumption("stale", text, names)]


def notes_on_levels(
    correlations: Mapping[str, float],
    dates: NDArray[np.datetime64],
    quality: Mapping[str, NDArray[np.uint8]],
    longest_bridge: int,
) -> list[Assumption]:
    """Report what was bridged over at most `longest_bridge` dates, proxied or stale.

    Parameters
    ----------
    correlations
        By name of each completed series, the correlation with the average of the others.
    dates
        Shape (T,).
    quality
        By name, shape (T,), codes of :class:`plimsoll.risk.market.Quality`.
    longest_bridge
        Dates a gap may have to count as filled.
    """
    table = np.array(list(quality.values())).reshape(len(quality), len(dates))

    def noted(topic: str, code: Quality, what: str) -> list[Assumption]:
        counts = dict(zip(quality, np.count_nonzero(table == code, axis=1).tolist(), strict=True))
        return _noted(topic, counts, "price", what.format(_correlations(correlations, counts)))

    along = (
        "by the average move of the other series, in the correlation seen where both are known ({}), and for "
        "the rest by own moves of other dates"
    )
    outside = f"for longer than {longest_bridge} dates, or before the first or after the last observation"
    return [
        *noted("gaps", Quality.FILLED, f"missing for at most {longest_bridge} dates and bridged {along}"),
        *noted("proxy", Quality.PROXIED, f"missing {outside}, and proxied {along}"),
        *noted("stale", Quality.STALE, "marked stale: unchanged for 5 observations or more"),
        *_ends(
            dates, dict(zip(quality, dates_since_observation(table.T).tolist(), strict=True)), longest_bridge
        ),
    ]


def dates_since_observation(quality: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return how many of the last dates have no observation, shape (N,) for codes of shape (T, N).

    Examples
    --------
    >>> seen, proxied = Quality.OBSERVED, Quality.PROXIED
    >>> dates_since_observation(np.array([[seen, seen], [seen, proxied], [seen, proxied]], dtype=np.uint8))
    array([0, 2])
    """
    observed = (quality == Quality.OBSERVED) | (quality == Quality.STALE)
    return np.asarray(observed[::-1].argmax(axis=0), dtype=np.int64)


def _correlations(correlations: Mapping[str, float], counts: Mapping[str, int]) -> str:
    """Return the correlations of the names that count in words."""
    return _list(
        [f"{name} {correlations[name]:.2f}" for name in counts if counts[name] and name in correlations]
    )


def _ends(dates: NDArray[np.datetime64], ages: Mapping[str, int], longest_bridge: int) -> list[Assumption]:
    """Report series without a price on the last date, together where they end together."""
    ending: dict[int, list[str]] = {}
    for name, age in ages.items():
        if age:
            ending.setdefault(age, []).append(name)
    notes = []
    for age, together in sorted(ending.items()):
        last = dates[len(dates) - 1 - age]
        days = int((dates[-1] - last).astype(np.int64))
        value = "this price" if age <= longest_bridge else "this price carried on by proxied moves"
        text = (
            f"{_list(together)}: the last price is of {last}, {days} {'day' if days == 1 else 'days'} old; "
            f"the value rests on {value}, and moves since are proxied."
        )
        notes.append(Assumption("stale", text, tuple(together)))
    return notes


def _noted(topic: str, counts: dict[str, int], thing: str, what: str) -> list[Assumption]:
    """Return one sentence about the names with a count above zero; none where there is none."""
    names = tuple(name for name, count in counts.items() if count)
    if not names:
        return []
    total = sum(counts.values())
    things, verb = (thing, "was") if total == 1 else (f"{thing}s", "were")
    return [Assumption(topic, f"{total} {things} of {_list(names)} {verb} {what}.", names)]


def _list(names: Sequence[str]) -> str:
    """Return the first names in words, and how many others there are."""
    shown = ", ".join(names[:_NAMES_SHOWN])
    others = len(names) - _NAMES_SHOWN
    return shown if others <= 0 else f"{shown} and {others} more"
