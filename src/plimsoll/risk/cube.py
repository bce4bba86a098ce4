"""The cube: what every position gains or loses in every scenario. Revalue once, aggregate many times."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from types import MappingProxyType

import numpy as np
from numpy.typing import DTypeLike, NDArray

from plimsoll.risk.aggregation import node_sums, slice_sums
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.failures import Failure, Reason
from plimsoll.risk.market import MarketSnapshot
from plimsoll.risk.option_valuation import OptionBook, option_book, value_options
from plimsoll.risk.portfolio import Instrument, Kind, Node, Portfolio, Position
from plimsoll.risk.scenarios.scenario_set import ScenarioSet
from plimsoll.risk.valuation import Levels, UnitValue, refused, value_linear

__all__ = ["Cube", "Nodes", "Valuation", "ValuedPositions", "build_cube", "value_positions"]


class Valuation(StrEnum):
    """How a position is valued in a scenario."""

    FULL = "full"  # revalued at the shocked levels, with all cross terms
    DELTA = "delta"  # linear in the shocks: sensitivities times moves, as the parametric method needs


@dataclass(frozen=True, slots=True)
class Nodes:
    """The slices of a cube along a tree, from the root down.

    Parameters
    ----------
    paths
        M paths, one for each node: labels from the root down, empty at the root. A node comes before its
        children, children are sorted by label.
    parents
        Index of the parent of each node, -1 at the root.
    members
        Rows of the cube in each node, ascending.
    values
        Shape (M,), net value in base currency.
    pnl
        Shape (M, S), float64: P&L in base currency, gain positive.
    """

    paths: tuple[tuple[str, ...], ...]
    parents: tuple[int, ...]
    members: tuple[NDArray[np.intp], ...]
    values: NDArray[np.float64]
    pnl: NDArray[np.float64]

    @property
    def names(self) -> tuple[str, ...]:
        """The last label of each path; ``total`` at the root."""
        return tuple(path[-1] if path else "total" for path in self.paths)

    @property
    def counts(self) -> tuple[int, ...]:
        """How many positions are in each node."""
        return tuple(len(rows) for rows in self.members)

    def at(self, depth: int) -> tuple[int, ...]:
        """Return the nodes `depth` levels below the root; together they hold every position once."""
        return tuple(index for index, path in enumerate(self.paths) if len(path) == depth)


@dataclass(frozen=True, slots=True)
class Cube:
    """P&L of every position in every scenario.

    Parameters
    ----------
    positions
        The N positions that could be valued, in the order of the portfolio.
    values
        Shape (N,), signed value in base currency.
    prices
        Shape (N,), price per unit in the currency of the instrument.
    pnl
        Shape (N, S), P&L in base currency, gain positive; finite, float64 or float32.
    scenarios
        The S scenarios.
    failures
        Positions that could not be valued; they are in none of the numbers.
    assumptions
        What the numbers take for granted.
    """

    positions: tuple[Position, ...]
    values: NDArray[np.float64]
    prices: NDArray[np.float64]
    pnl: NDArray[np.floating]
    scenarios: ScenarioSet
    failures: tuple[Failure, ...] = ()
    assumptions: tuple[Assumption, ...] = ()

    def __post_init__(self) -> None:
        """Seal the arrays."""
        for array in (self.values, self.prices, self.pnl):
            array.flags.writeable = False

    def total(self) -> NDArray[np.float64]:
        """Return the P&L of the whole book, shape (S,)."""
        whole: NDArray[np.float64] = slice_sums(self.pnl, np.array([0, len(self.positions)]))[0]
        return whole

    def nodes(self, by: Sequence[str], *, threads: int | None = None) -> Nodes:
        """Return every node of the tree with one level for each attribute of `by`, the root included.

        Parameters
        ----------
        by
            Names of attributes, top down; empty for the root alone. Positions without the attribute are in
            the node ``—``.
        threads
            How many; None leaves it to the machine. Every number gives the same bits.

        Returns
        -------
        Nodes
            Sums of the vectors of their positions.
        """
        tree, parents = _preorder(Portfolio("", self.positions).tree(by))
        members = tuple(np.array(node.members, dtype=np.intp) for node in tree)
        leaves = [rows for rows, node in zip(members, tree, strict=True) if not node.children]
        order, starts = np.concatenate(leaves), np.cumsum([0, *map(len, leaves)])
        return Nodes(
            paths=tuple(node.path for node in tree),
            parents=parents,
            members=members,
            values=node_sums(self.values[:, np.newaxis], starts, parents, order=order, threads=1)[:, 0],
            pnl=node_sums(self.pnl, starts, parents, order=order, threads=threads),
        )


@dataclass(frozen=True, slots=True)
class ValuedPositions:
    """Positions valued now and in every scenario, among them those that could not be.

    Parameters
    ----------
    values, prices
        Shape (N,), as of :class:`Cube`; arbitrary at a failure.
    pnl
        Shape (N, S), as of :class:`Cube`; arbitrary at a failure.
    failures
        By place.
    options
        The options among them.
    """

    values: NDArray[np.float64]
    prices: NDArray[np.float64]
    pnl: NDArray[np.floating]
    failures: Mapping[int, Failure]
    options: OptionBook


def build_cube(
    portfolio: Portfolio,
    snapshot: MarketSnapshot,
    scenarios: ScenarioSet,
    *,
    base_currency: str,
    valuation: Valuation = Valuation.FULL,
    proxy_volatility: Mapping[str, float] = MappingProxyType({}),
    dtype: DTypeLike = np.float64,
) -> Cube:
    """Value every position of a portfolio now and in every scenario.

    A position is worth its stated price, else the market's, times its quantity, at the exchange rate into the
    base currency; price and exchange rate move together. Options are revalued by Black–Scholes–Merton on the
    moved underlying. A position that cannot be valued becomes a failure and the others stand.

    Parameters
    ----------
    portfolio
        What is held; every instrument with its currency.
    snapshot
        Levels before any scenario: prices by symbol, exchange rates by pair (``EURUSD`` to convert EUR to
        USD; ``USDEUR`` does as well).
    scenarios
        The S scenarios. A factor that they do not move stays where it is.
    base_currency
        ISO 4217 code of all values and P&L.
    valuation
        Full revaluation, or linear in the shocks.
    proxy_volatility
        Annual volatility, as a fraction, by underlying: for options that state neither volatility nor price.
    dtype
        Of the stored P&L: float64, or float32 for half the memory. Sums are in float64 either way.

    Returns
    -------
    Cube
        A position of quantity zero is in it, with a vector of zeros. NaN and infinity are never in it:
        whatever is not a finite number becomes a failure.

    Examples
    --------
    >>> import datetime as dt
    >>> from plimsoll.risk.factors import RiskFactor
    >>> from plimsoll.risk.market import Quality, Quote
    >>> from plimsoll.risk.portfolio import Instrument
    >>> today = dt.date(2026, 6, 30)
    >>> snapshot = MarketSnapshot(today, {"AAPL": Quote(200.0, Quality.OBSERVED, today)})
    >>> shocks, weights = np.array([[-0.05], [0.02]]), np.array([0.5, 0.5])
    >>> scenarios = ScenarioSet((RiskFactor("AAPL"),), shocks, weights, ["a", "b"], 1, "two days", 2.0)
    >>> apple = Position(instrument=Instrument(symbol="AAPL", currency="USD"), quantity=10.0)
    >>> build_cube(Portfolio("mine", (apple,)), snapshot, scenarios, base_currency="USD").total()
    array([-100.,   40.])
    """
    exact = valuation is Valuation.FULL
    levels = Levels(snapshot, scenarios, base_currency=base_currency, exact=exact)
    found = value_positions(portfolio.positions, levels, proxy_volatility, dtype)
    failures = found.failures
    valued = np.array([k for k in range(len(portfolio.positions)) if k not in failures], dtype=np.intp)
    return Cube(
        positions=tuple(portfolio.positions[k] for k in valued),
        values=found.values[valued],
        prices=found.prices[valued],
        pnl=found.pnl[valued] if failures else found.pnl,
        scenarios=scenarios,
        failures=tuple(failures[k] for k in sorted(failures)),
        assumptions=(*_cash_at_par(portfolio.positions), *found.options.assumptions),
    )


def value_positions(
    positions: Sequence[Position],
    levels: Levels,
    proxy_volatility: Mapping[str, float],
    dtype: DTypeLike = np.float64,
) -> ValuedPositions:
    """Value positions now and in every scenario.

    Parameters
    ----------
    positions
        What is held; every instrument with its currency.
    levels
        The market, its scenarios and the base currency.
    proxy_volatility, dtype
        As for :func:`build_cube`.
    """
    pnl = np.empty((len(positions), levels.count), dtype)
    values = np.empty((2, len(positions)))
    failures: dict[int, Failure] = {}
    with np.errstate(all="ignore"):  # what overflows is found and recorded
        book = option_book(positions, levels, proxy_volatility)
        for index, unit in chain(_linear(positions, levels), value_options(book.contracts, levels)):
            position = positions[index]
            if isinstance(unit, UnitValue):
                price, value = unit.price, unit.worth.now * position.quantity
                values[:, index] = price, value
                row = pnl[index]
                np.multiply(unit.worth.move, position.quantity, out=row, casting="same_kind")
                if not (math.isfinite(price) and math.isfinite(value) and _is_finite(row)):
                    failures[index] = _not_a_number(position, levels)
            else:
                failures[index] = unit
    return ValuedPositions(values[1], values[0], pnl, {**failures, **book.failures}, book)


def _is_finite(row: NDArray[np.floating]) -> bool:
    """Tell whether every number is finite: all are if their sum is, which takes half the time to see."""
    return math.isfinite(np.add.reduce(row)) or bool(np.isfinite(row).all())


def _linear(positions: Sequence[Position], levels: Levels) -> Iterator[tuple[int, UnitValue | Failure]]:
    """Value everything but options; neighbours in the same instrument at the same price are valued once."""
    known: tuple[tuple[Instrument, float | None], UnitValue] | None = None
    for index, position in enumerate(positions):
        if position.instrument.kind is Kind.OPTION:
            continue
        what = position.instrument, position.price
        if known is not None and known[0] == what:
            yield index, known[1]
            continue
        unit = value_linear(position, levels)
        known = (what, unit) if isinstance(unit, UnitValue) else None
        yield index, unit


def _cash_at_par(positions: Sequence[Position]) -> Iterator[Assumption]:
    priced = (
        one.instrument.symbol
        for one in positions
        if one.instrument.kind is Kind.CASH and one.price not in (None, 1.0)
    )
    symbols = tuple(dict.fromkeys(priced))
    if symbols:
        yield Assumption("cash", "One unit of cash is worth one, whatever price is stated for it.", symbols)


def _not_a_number(position: Position, levels: Levels) -> Failure:
    for name, number in (("quantity", position.quantity), ("price", position.price)):
        if number is not None and not math.isfinite(number):
            text = f"{name} is {number}; it must be a finite number"
            return refused(position, Reason.NOT_A_NUMBER, text, levels, name)
    text = "its value or P&L is not a finite number; check its quantity, price and market data"
    return refused(position, Reason.NOT_A_NUMBER, text, levels)


def _preorder(root: Node) -> tuple[list[Node], tuple[int, ...]]:
    """Return the nodes of a tree, each before its children, and the place of the parent of each."""
    nodes: list[Node] = []
    parents: list[int] = []
    waiting = [(root, -1)]
    while waiting:
        node, parent = waiting.pop()
        waiting += [(child, len(nodes)) for child in reversed(node.children)]
        nodes.append(node)
        parents.append(parent)
    return nodes, tuple(parents)
