"""Moves of risk factors over windows of their history, each factor by its own shock type."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plimsoll.risk.factors import RiskFactor, Shock, move
from plimsoll.risk.market import MarketHistory

__all__ = ["Moves", "days_in_words", "historical_moves"]


@dataclass(frozen=True, slots=True)
class Moves:
    """What F risk factors did in S windows of equal length, oldest first.

    Parameters
    ----------
    factors
        F risk factors, in the order of the columns.
    values
        Shape (S, F), finite, in the units of each factor's shock type.
    labels
        S names: the last day of a one-day window; else its first and last day, ``2008-10-06..2008-10-15``.
    horizon_days
        Trading days that a window spans.
    days_apart
        Trading days between the ends of neighbouring windows; below `horizon_days` they share days.
    """

    factors: tuple[RiskFactor, ...]
    values: NDArray[np.float64]
    labels: tuple[str, ...]
    horizon_days: int
    days_apart: int

    @property
    def overlapping(self) -> bool:
        """Whether neighbouring windows share days."""
        return self.days_apart < self.horizon_days


def historical_moves(
    history: MarketHistory, *, count: int = 500, horizon_days: int = 1, overlapping: bool = True
) -> Moves:
    """Return the newest `count` moves over `horizon_days`, fewer where the history is shorter.

    Parameters
    ----------
    history
        Levels of F factors on T dates; a date is a trading day. Levels at both ends of every window must be
        above zero for relative and log factors.
    count
        Most moves to return.
    horizon_days
        Trading days from the start of a window to its end.
    overlapping
        True starts a window on every day; False takes windows that share no day, the newest ending on the
        last date.

    Raises
    ------
    ValueError
        If `count` or `horizon_days` is below one, the history holds no complete move, or a move of a factor
        does not exist as a finite number.

    Examples
    --------
    >>> history = MarketHistory(
    ...     dates=np.array(["2020-04-17", "2020-04-20", "2020-04-21"], dtype="datetime64[D]"),
    ...     factors=(RiskFactor("WTI", Shock.ABSOLUTE),),
    ...     levels=np.array([[18.31], [-36.98], [8.91]]),
    ...     quality=np.zeros((3, 1), np.uint8),
    ... )
    >>> moves = historical_moves(history)
    >>> moves.labels, moves.values[:, 0].round(2).tolist()
    (('2020-04-20', '2020-04-21'), [-55.29, 45.89])
    """
    if count < 1 or horizon_days < 1:
        raise ValueError(f"count and horizon_days must be at least 1, not {count} and {horizon_days}")
    last = len(history.dates) - 1
    if last < horizon_days:
        raise ValueError(
            f"no complete {days_in_words(horizon_days)} move: it takes {horizon_days + 1} dates, "
            f"the history has {last + 1}"
        )
    days_apart = 1 if overlapping else horizon_days
    ends = np.arange(last, horizon_days - 1, -days_apart)[:count][::-1]
    starts = ends - horizon_days
    return Moves(
        factors=history.factors,
        values=_moves_between(history.factors, history.levels[starts], history.levels[ends]),
        labels=_spans(history.dates[starts + 1], history.dates[ends]),
        horizon_days=horizon_days,
        days_apart=days_apart,
    )


def days_in_words(days: int) -> str:
    """Return a number of days as an adjective.

    Examples
    --------
    >>> days_in_words(1), days_in_words(10)
    ('one-day', '10-day')
    """
    return "one-day" if days == 1 else f"{days}-day"


def _moves_between(
    factors: tuple[RiskFactor, ...], start: NDArray[np.float64], end: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the (S, F) moves between two matrices of levels; refuse what is not a move."""
    kinds = np.array([factor.shock for factor in factors], dtype=object)
    values = np.empty_like(start)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # refused just below
        for shock in Shock:
            chosen = kinds == shock
            values[:, chosen] = move(start[:, chosen], end[:, chosen], shock)
    positive = (np.minimum(start, end) > 0.0).all(axis=0) | (kinds == Shock.ABSOLUTE)
    unusable = ~(positive & np.isfinite(values).all(axis=0))
    if unusable.any():
        names = ", ".join(factors[j].name for j in np.flatnonzero(unusable))
        raise ValueError(
            f"no finite moves of {names}: relative and log moves need levels above zero; "
            "what can be zero or below takes absolute moves"
        )
    return values


def _spans(first: NDArray[np.datetime64], last: NDArray[np.datetime64]) -> tuple[str, ...]:
    """Return the days that each window spans, one name where it is a single day."""
    pairs = zip(np.datetime_as_string(first), np.datetime_as_string(last), strict=True)
    return tuple(str(a) if a == b else f"{a}..{b}" for a, b in pairs)
