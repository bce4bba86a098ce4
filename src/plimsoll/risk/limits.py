"""Limits: how far a measure of a slice of a book may go, and whether it does."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from plimsoll.risk.breach_probability import exceedance_probability

__all__ = [
    "Bound",
    "Limit",
    "LimitMeasure",
    "LimitState",
    "LimitedNode",
    "Measured",
    "State",
    "Unit",
    "evaluate",
    "evaluate_nodes",
    "node_of",
]

LimitedNode = tuple[tuple[str, str], ...]
"""A slice of a book: attribute and label of each level, sorted by attribute; empty is the whole book."""

_Key = TypeVar("_Key", bound=Hashable)


class LimitMeasure(StrEnum):
    """What can be limited; money in base currency, losses positive, values and P&L signed."""

    VAR = "var"
    ES = "es"
    COMPONENT_VAR = "component_var"
    COMPONENT_ES = "component_es"
    INCREMENTAL_VAR = "incremental_var"
    INCREMENTAL_ES = "incremental_es"
    VOLATILITY = "volatility"
    WORST_LOSS = "worst_loss"  # of the worst scenario
    VALUE = "value"  # net
    GROSS_VALUE = "gross_value"
    DAY_PNL = "day_pnl"  # gain positive
    SHARE = "share"  # of the gross value of the whole book
    LARGEST_SHARE = "largest_share"  # of the largest position of the node, in the gross value of the book

    @property
    def is_share(self) -> bool:
        """Whether it is a fraction by itself, so that money makes no sense of it."""
        return self in (LimitMeasure.SHARE, LimitMeasure.LARGEST_SHARE)

    @property
    def is_tail(self) -> bool:
        """Whether it depends on the confidence level."""
        return self.value.rpartition("_")[2] in ("var", "es")


class Bound(StrEnum):
    """The side on which a measure is bounded."""

    UPPER = "upper"
    LOWER = "lower"


class Unit(StrEnum):
    """What a level is written in."""

    CURRENCY = "currency"  # base currency of the portfolio
    FRACTION = "fraction"  # of the net value of the whole book; shares are fractions of its gross value


class State(StrEnum):
    """How a measure stands to its limit."""

    OK = "ok"
    WARNING = "warning"  # at or beyond the soft level
    BREACHED = "breached"  # at or beyond the hard level
    UNKNOWN = "unknown"  # not measured, or not in full: nothing says that it is within


_RANK = {State.UNKNOWN: 0, State.OK: 0, State.WARNING: 1, State.BREACHED: 2}


def node_of(labels: Mapping[str, str]) -> LimitedNode:
    """Return the slice with these labels.

    Examples
    --------
    >>> node_of({"sector": "Tech", "desk": "Growth"})
    (('desk', 'Growth'), ('sector', 'Tech'))
    """
    return tuple(sorted(labels.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How far a measure of a slice of a book may go.

    Parameters
    ----------
    measure
        What is limited.
    node
        Of which slice; see :func:`node_of`.
    bound
        On which side.
    unit
        What `soft` and `hard` are written in.
    soft, hard
        Levels: reaching the soft one is a warning, reaching the hard one a breach. One of them may be None.
    hysteresis
        How far a measure must come back before it counts as within, as a fraction of the level; at least 0
        and below 1.
    confidence
        Of VaR, ES and their parts; others pass it over.
    horizon_days
        Trading days of what is measured over scenarios; value, shares and P&L of the day pass it over.
    method
        Only runs by this method count; None for any.

    Raises
    ------
    ValueError
        If there is no level, one is not finite, they are in the wrong order, or a share is to be money.

    Examples
    --------
    >>> Limit(measure=LimitMeasure.VAR, hard=1e6, soft=8e5, hysteresis=0.05).node
    ()
    """

    measure: LimitMeasure
    node: LimitedNode = ()
    bound: Bound = Bound.UPPER
    unit: Unit = Unit.CURRENCY
    soft: float | None = None
    hard: float | None = None
    hysteresis: float = 0.0
    confidence: float = 0.99
    horizon_days: int = 1
    method: str | None = None

    def __post_init__(self) -> None:
        """Refuse what nobody could keep."""
        levels = [level for level in (self.soft, self.hard) if level is not None]
        if not levels or not all(map(math.isfinite, levels)):
            raise ValueError("a limit needs a soft or a hard level, finite numbers")
        sign = 1.0 if self.bound is Bound.UPPER else -1.0
        if self.soft is not None and self.hard is not None and sign * self.soft > sign * self.hard:
            raise ValueError("the soft level must be reached before the hard one")
        if not 0.0 <= self.hysteresis < 1.0:
            raise ValueError("hysteresis must be at least 0 and below 1")
        if self.measure.is_share and self.unit is not Unit.FRACTION:
            raise ValueError(f"{self.measure} is a fraction; write its levels as fractions")
        if not 0.5 < self.confidence <= 0.9999 or self.horizon_days < 1:
            raise ValueError("confidence must be above 0.5 and at most 0.9999, the horizon at least one day")
        if self.node != node_of(dict(self.node)):
            raise ValueError("a node names each attribute once, sorted")

    @property
    def level(self) -> float:
        """The level that utilisation refers to: the hard one, where there is one."""
        return next(level for level in (self.hard, self.soft) if level is not None)

    @property
    def needs_scenarios(self) -> bool:
        """Whether it is measured over the horizon of the scenarios."""
        return self.measure.is_tail or self.measure in (LimitMeasure.VOLATILITY, LimitMeasure.WORST_LOSS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A measure of a slice of a book, as far as it is known.

    Parameters
    ----------
    value
        The number; None or NaN where it could not be measured.
    low, high
        Its interval; None where there is none on that side.
    interval_confidence
        Nominal coverage of the interval.
    confidence, horizon_days
        What it was measured at; None where that is nothing to it.
    missing
        Why it does not cover all that is held, in words; empty where it does.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    interval_confidence: float = 0.95
    confidence: float | None = None
    horizon_days: int | None = None
    missing: str = ""

    def per(self, whole: float | None) -> "Measured":
        """Return it as a fraction of `whole`; unknown where that is not a positive number.

        Examples
        --------
        >>> Measured(value=5.0).per(100.0).value
        0.05
        """
        if whole is None or not math.isfinite(whole) or whole <= 0.0:
            return replace(self, value=None, missing="the book has no value that it could be a fraction of")
        value, low, high = (None if end is None else end / whole for end in (self.value, self.low, self.high))
        return replace(self, value=value, low=low, high=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitState:
    """How a measure stands to its limit.

    Parameters
    ----------
    state
        See :class:`State`.
    value, low, high
        The measure and its interval in the unit of the limit; None where it is not known.
    utilisation
        How much of the limit is used, 1 at the hard level (the soft one where there is no other); None where
        that makes no sense, such as a limit of zero.
    probability
        Confidence that the true measure is at or beyond that level; None where the level is not inside the
        interval.
    missing
        Why it is unknown, or what the measure leaves out.
    """

    state: State
    value: float | None
    low: float | None = None
    high: float | None = None
    utilisation: float | None = None
    probability: float | None = None
    missing: str = ""


def evaluate(limit: Limit, measured: Measured, previous: State = State.OK) -> LimitState:
    """Return how a measure stands to its limit.

    Parameters
    ----------
    limit
        The limit.
    measured
        In the unit of the limit.
    previous
        The last state that was known; `unknown` counts as `ok`.

    Returns
    -------
    LimitState
        A level is beyond from where the measure reaches it, and stays so until the measure is back by more
        than the hysteresis: below ``level - hysteresis * |level|`` for an upper bound, above
        ``level + hysteresis * |level|`` for a lower one. What could not be measured is unknown. What does not
        cover all that is held is never ok: unknown, unless what it does cover is beyond the limit.

    Examples
    --------
    >>> limit = Limit(measure=LimitMeasure.VAR, hard=100.0, hysteresis=0.1)
    >>> [evaluate(limit, Measured(value=95.0), before).state.value for before in (State.OK, State.BREACHED)]
    ['ok', 'breached']
    """
    reason = _unusable(limit, measured)
    if reason:
        return LimitState(state=State.UNKNOWN, value=None, missing=reason)
    value = float(measured.value or 0.0)
    state = _state(limit, value, previous)
    if state is State.OK and measured.missing:
        state = State.UNKNOWN
    return LimitState(
        state=state,
        value=value,
        low=measured.low,
        high=measured.high,
        utilisation=_utilisation(limit, value),
        probability=_probability(limit, measured, value),
        missing=measured.missing,
    )


def evaluate_nodes(
    limits: Mapping[_Key, Limit],
    nodes: Mapping[LimitedNode, Mapping[LimitMeasure, Measured]],
    previous: Mapping[_Key, State] = MappingProxyType({}),
) -> dict[_Key, LimitState]:
    """Return how the measures of many slices stand to the limits on them.

    Parameters
    ----------
    limits
        By any name.
    nodes
        What is known of each slice, money in base currency; the net value of the whole book is that of the
        empty node. A limit on what is not there is unknown.
    previous
        The last known state of each limit; ok where it is left out.

    Examples
    --------
    >>> limit = Limit(measure=LimitMeasure.ES, unit=Unit.FRACTION, hard=0.02)
    >>> measured = {LimitMeasure.VALUE: Measured(value=1e6), LimitMeasure.ES: Measured(value=25e3)}
    >>> evaluate_nodes({"mine": limit}, {(): measured})["mine"].state.value
    'breached'
    """
    whole = nodes.get((), {}).get(LimitMeasure.VALUE, Measured(value=None)).value
    nowhere = Measured(value=None, missing="it is not measured here")
    states = {}
    for name, limit in limits.items():
        measured = nodes.get(limit.node, {}).get(limit.measure, nowhere)
        if limit.unit is Unit.FRACTION and not limit.measure.is_share and measured.value is not None:
            measured = measured.per(whole)
        states[name] = evaluate(limit, measured, previous.get(name, State.OK))
    return states


def _unusable(limit: Limit, measured: Measured) -> str:
    """Return why a measure says nothing about a limit; empty if it does."""
    if measured.value is None or not math.isfinite(measured.value):
        return measured.missing or "it could not be measured"
    if limit.measure.is_tail and measured.confidence not in (None, limit.confidence):
        return f"it was measured at confidence {measured.confidence}, the limit is at {limit.confidence}"
    if limit.needs_scenarios and measured.horizon_days not in (None, limit.horizon_days):
        return f"it was measured over {measured.horizon_days} days, the limit is over {limit.horizon_days}"
    return ""


def _state(limit: Limit, value: float, previous: State) -> State:
    sign = 1.0 if limit.bound is Bound.UPPER else -1.0
    for state, level in ((State.BREACHED, limit.hard), (State.WARNING, limit.soft)):
        if level is None:
            continue
        held = _RANK[previous] >= _RANK[state]
        if sign * value >= sign * level - (limit.hysteresis * abs(level) if held else 0.0):
            return state
    return State.OK


def _utilisation(limit: Limit, value: float) -> float | None:
    level = limit.level
    if limit.bound is Bound.LOWER and level > 0.0:
        ratio = level / value if value > 0.0 else math.inf
    elif level == 0.0 or (limit.bound is Bound.UPPER and level < 0.0):
        ratio = math.inf
    else:
        ratio = max(value / level, 0.0)
    return ratio if math.isfinite(ratio) else None


def _probability(limit: Limit, measured: Measured, value: float) -> float | None:
    if measured.low is None and measured.high is None:
        return None
    above = exceedance_probability(
        limit.level, value, measured.low, measured.high, interval_confidence=measured.interval_confidence
    )
    return above if above is None or limit.bound is Bound.UPPER else 1.0 - above
