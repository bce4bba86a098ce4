"""Every measure that can be limited, read off one cube."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from plimsoll.risk.aggregation import slice_sums
from plimsoll.risk.attribution import components, incremental
from plimsoll.risk.cube import Cube
from plimsoll.risk.limits import Limit, LimitedNode, LimitMeasure, Measured, Unit
from plimsoll.risk.measures import Estimate, volatility
from plimsoll.risk.portfolio import Portfolio, Position
from plimsoll.workflows.day_pnl import DayPnl
from plimsoll.workflows.figures import Tail
from plimsoll.workflows.request import Method

__all__ = ["LimitFigures", "in_node", "unvalued"]

_SHOWN = 3


@dataclass(frozen=True)
class LimitFigures:
    """Measures of the slices of one cube.

    Parameters
    ----------
    cube
        P&L vectors of the book.
    tail
        How VaR and ES are measured, but for the confidence, which each limit states.
    unvalued
        What is in no vector: positions, or the text of a row where it is not known what it holds.
    day
        P&L of the day; None where it is not known.
    """

    cube: Cube
    tail: Tail
    unvalued: tuple[Position | str, ...] = ()
    day: DayPnl | None = None
    _known: dict[Limit, Measured] = field(default_factory=dict, repr=False, compare=False)

    def measure_all(self, limits: Iterable[Limit]) -> None:
        """Measure now what is asked for later, where time matters more."""
        for limit in limits:
            self.measured(limit)

    def measured(self, limit: Limit) -> Measured:
        """Return the measure of a limit, in the limit's unit."""
        if limit not in self._known:
            self._known[limit] = self._in_unit(limit)
        return self._known[limit]

    def _in_unit(self, limit: Limit) -> Measured:
        if limit.measure is LimitMeasure.DAY_PNL:
            money = self._day_pnl(limit.node)
        else:
            rows = in_node(self.cube.positions, limit.node)
            missing = _told(one for one in self.unvalued if _may_be_in(one, limit.node))
            money = replace(self._of_rows(limit, rows), missing=missing)
        if limit.unit is Unit.CURRENCY or limit.measure.is_share or money.value is None:
            return money
        whole = money.per(float(self.cube.values.sum()))
        return replace(whole, missing=whole.missing or money.missing)

    def _day_pnl(self, node: LimitedNode) -> Measured:
        if self.day is None:
            text = "the positions at the start of the day, or prices of two days, are not known"
            return Measured(value=None, missing=text)
        rows = in_node(self.day.positions, node)
        return Measured(value=float(self.day.pnl[rows].sum()), missing=_told(self.day.missing))

    def _of_rows(self, limit: Limit, rows: NDArray[np.intp]) -> Measured:
        values = np.abs(self.cube.values)
        gross, largest = float(values[rows].sum()), float(values[rows].max(initial=0.0))
        match limit.measure:
            case LimitMeasure.VALUE:
                return Measured(value=float(self.cube.values[rows].sum()))
            case LimitMeasure.GROSS_VALUE:
                return Measured(value=gross)
            case LimitMeasure.SHARE:
                return Measured(value=gross).per(float(values.sum()))
            case LimitMeasure.LARGEST_SHARE:
                return Measured(value=largest).per(float(values.sum()))
            case _:
                return self._over_scenarios(limit, rows)

    def _over_scenarios(self, limit: Limit, rows: NDArray[np.intp]) -> Measured:
        tail = replace(self.tail, request=replace(self.tail.request, confidence=limit.confidence))
        horizon = self.cube.scenarios.horizon_days
        if not len(rows):
            return Measured(value=0.0, confidence=limit.confidence, horizon_days=horizon)
        node = self._vector(rows)
        match limit.measure:
            case LimitMeasure.VAR:
                return _with_interval(tail.var(node))
            case LimitMeasure.ES:
                return _with_interval(tail.es(node))
            case LimitMeasure.VOLATILITY:
                value = _volatility(node, tail, self.cube.scenarios.weights)
            case LimitMeasure.WORST_LOSS:
                value = 0.0 - float(node.min())
            case _:
                value = self._part(limit.measure, node, tail)
        return Measured(value=value, confidence=limit.confidence, horizon_days=horizon)

    def _part(self, measure: LimitMeasure, node: NDArray[np.float64], tail: Tail) -> float:
        """Return what a node contributes to the risk of the book, or adds to it."""
        total = self.cube.total()
        if measure is LimitMeasure.COMPONENT_VAR:
            return float(components(node[np.newaxis], tail.var_weights(total))[0])
        if measure is LimitMeasure.COMPONENT_ES:
            return float(components(node[np.newaxis], tail.es_weights(total))[0])
        added = incremental(node[np.newaxis], total, tail.measures)
        return float(added[0 if measure is LimitMeasure.INCREMENTAL_VAR else 1][0])

    def _vector(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        vector: NDArray[np.float64] = slice_sums(self.cube.pnl, np.array([0, len(rows)]), order=rows)[0]
        return vector


def in_node(positions: Sequence[Position], node: LimitedNode) -> NDArray[np.intp]:
    """Return the places of the positions that have all labels of a node, ascending; all for no labels.

    Examples
    --------
    >>> from plimsoll.risk.portfolio import Instrument
    >>> apple = Position(instrument=Instrument(symbol="AAPL", currency="USD"), quantity=1.0)
    >>> in_node([apple], (("symbol", "AAPL"),)).tolist(), in_node([apple], (("symbol", "MSFT"),)).tolist()
    ([0], [])
    """
    found = [k for k, position in enumerate(positions) if _has(position, node)]
    return np.array(found, dtype=np.intp)


def unvalued(failures: Iterable[tuple[str, int | None]], book: Portfolio) -> tuple[Position | str, ...]:
    """Return what could not be valued: the positions as far as they are known, else the text of the row.

    Parameters
    ----------
    failures
        Symbol (or text) and row of each.
    book
        All positions that could be read.
    """
    known = {(one.instrument.symbol, one.row): one for one in book.positions}
    return tuple(known.get(failure, failure[0]) for failure in failures)


def _has(position: Position, node: LimitedNode) -> bool:
    return all(position.attribute(name) == label for name, label in node)


def _may_be_in(one: Position | str, node: LimitedNode) -> bool:
    """Return whether something lies in a node, or may do so for all that is known."""
    return isinstance(one, str) or _has(one, node)


def _told(left_out: Iterable[Position | str]) -> str:
    names = [one if isinstance(one, str) else one.instrument.symbol for one in left_out]
    if not names:
        return ""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"without what could not be valued: {', '.join(names[:_SHOWN])}{more}"


def _with_interval(estimate: Estimate) -> Measured:
    return Measured(
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        interval_confidence=estimate.interval_confidence,
        confidence=estimate.confidence,
        horizon_days=estimate.horizon_days,
    )


def _volatility(node: NDArray[np.float64], tail: Tail, chances: NDArray[np.float64]) -> float:
    if tail.request.method is Method.PARAMETRIC:
        return float(np.sqrt(np.sum(chances * node**2)))
    return volatility(node, chances)
