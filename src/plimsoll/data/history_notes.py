"""What the report says about prices that were missing, stood still or look wrong."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from plimsoll.data.price_checks import hundredfold_jumps, reversing_spikes
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.market import Quality

__all__ = ["dates_since_observation", "notes_on_levels", "notes_on_prices", "notes_on_zeros"]

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


def notes_on_levels(
    names: Sequence[str], dates: NDArray[np.datetime64], quality: NDArray[np.uint8], longest_bridge: int
) -> list[Assumption]:
    """Report what was bridged over at most `longest_bridge` dates, proxied or stale; `quality` is (T, N)."""

    def counts(code: Quality) -> dict[str, int]:
        return dict(zip(names, (quality == code).sum(axis=0).tolist(), strict=True))

    bridge = (
        f"missing for at most {longest_bridge} dates and bridged along the average move of the other series, "
        "scaled to the own volatility"
    )
    proxy = (
        f"missing for longer than {longest_bridge} dates, or before the first or after the last observation, "
        "and proxied by the average move of the other series, scaled to the own volatility"
    )
    return [
        *_noted("gaps", counts(Quality.FILLED), "price", bridge),
        *_noted("proxy", counts(Quality.PROXIED), "price", proxy),
        *_noted(
            "stale", counts(Quality.STALE), "price", "marked stale: unchanged for 5 observations or more"
        ),
        *_ends(names, dates, quality, longest_bridge),
    ]


def dates_since_observation(quality: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return per series, shape (N,), how many of the last dates have no observation of their own.

    Examples
    --------
    >>> dates_since_observation(np.array([[0, 0], [3, 2], [0, 2]], dtype=np.uint8))
    array([0, 2])
    """
    observed = (quality == Quality.OBSERVED) | (quality == Quality.STALE)
    return np.asarray(observed[::-1].argmax(axis=0), dtype=np.int64)


def _ends(
    names: Sequence[str], dates: NDArray[np.datetime64], quality: NDArray[np.uint8], longest_bridge: int
) -> list[Assumption]:
    """Report series without a price on the last date, together where they end together."""
    ending: dict[int, list[str]] = {}
    for name, age in zip(names, dates_since_observation(quality).tolist(), strict=True):
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
