"""A book that stays valued while prices tick: what a tick touches is done again, and nothing else.

The vectors are those of a full recompute, :func:`plimsoll.risk.cube.build_cube` and ``nodes``, bit for bit:
rows are made by the same formulas, and a node is added up again from its rows in the same order, never
corrected by a difference, in which rounding errors would pile up.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plimsoll.risk.cube import Nodes, Valuation, build_cube
from plimsoll.risk.factors import Shock
from plimsoll.risk.failures import Failure
from plimsoll.risk.market import MarketSnapshot, Quality
from plimsoll.risk.portfolio import Kind, Portfolio, Position
from plimsoll.risk.scenarios.scenario_set import ScenarioSet
from plimsoll.risk.valuation import Levels, price_currency

__all__ = ["LiveBook", "RefusedLevel", "factors_of"]


@dataclass(frozen=True, slots=True)
class RefusedLevel:
    """A level that was not taken over: the last good one stands.

    Parameters
    ----------
    name
        Of the factor.
    level
        What it was to be.
    message
        Why not, in words.
    """

    name: str
    level: float
    message: str


class LiveBook:
    """Values and P&L vectors of a book and of every node of a tree, kept up to date tick by tick.

    Not to be shared between threads while it is being ticked.

    Parameters
    ----------
    portfolio, snapshot, scenarios, base_currency, valuation, proxy_volatility
        As for :func:`~plimsoll.risk.cube.build_cube`. Positions that cannot be valued at the start stay out.
    by
        Names of attributes, one level of the tree for each, top down; empty for the root alone.

    Raises
    ------
    ValueError
        If not one position can be valued.

    Examples
    --------
    >>> import datetime as dt
    >>> from plimsoll.risk.factors import RiskFactor
    >>> from plimsoll.risk.market import Quote
    >>> from plimsoll.risk.portfolio import Instrument
    >>> today = dt.date(2026, 6, 30)
    >>> snapshot = MarketSnapshot(today, {"AAPL": Quote(200.0, Quality.OBSERVED, today)})
    >>> shocks, weights = np.array([[-0.05], [0.02]]), np.array([0.5, 0.5])
    >>> scenarios = ScenarioSet((RiskFactor("AAPL"),), shocks, weights, ["a", "b"], 1, "two days", 2.0)
    >>> apple = Position(instrument=Instrument(symbol="AAPL", currency="USD"), quantity=10.0)
    >>> book = LiveBook(Portfolio("mine", (apple,)), snapshot, scenarios, base_currency="USD")
    >>> book.tick({"AAPL": 100.0})
    frozenset({0})
    >>> book.nodes.values.tolist(), book.nodes.pnl.tolist()
    ([1000.0], [[-50.0, 20.0]])
    """

    def __init__(
        self,
        portfolio: Portfolio,
        snapshot: MarketSnapshot,
        scenarios: ScenarioSet,
        *,
        base_currency: str,
        by: Sequence[str] = (),
        valuation: Valuation = Valuation.FULL,
        proxy_volatility: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self.scenarios = scenarios
        self.base_currency = base_currency
        self.by = tuple(by)
        self._built = partial(
            build_cube,
            scenarios=scenarios,
            base_currency=base_currency,
            valuation=valuation,
            proxy_volatility=proxy_volatility,
        )
        self._cube = self._built(portfolio, snapshot)
        if not self._cube.positions:
            raise ValueError(f"no position of {portfolio.name} can be valued")
        self.portfolio = Portfolio(portfolio.name, self._cube.positions)
        self.failures: tuple[Failure, ...] = self._cube.failures
        self.refused: dict[str, RefusedLevel] = {}
        self._snapshot = snapshot
        self._nodes = self._cube.nodes(self.by)
        levels = Levels(snapshot, scenarios, base_currency=base_currency, exact=valuation is Valuation.FULL)
        self.factors = tuple(factors_of(position, levels) for position in self.portfolio.positions)
        self._touching: dict[str, list[int]] = {}
        for row, names in enumerate(self.factors):
            for name in names:
                self._touching.setdefault(name, []).append(row)
        self.names = tuple(sorted(self._touching))
        self._floors = {name: self._floor(name) for name in self.names}

    @property
    def snapshot(self) -> MarketSnapshot:
        """The market that the book is valued in: the first one, with the levels that ticked since."""
        return self._snapshot

    @property
    def nodes(self) -> Nodes:
        """Every node of the tree at the levels of now."""
        return self._nodes

    @property
    def values(self) -> NDArray[np.float64]:
        """Value of each position in base currency, shape (N,)."""
        return self._cube.values

    def total(self) -> NDArray[np.float64]:
        """Return the P&L of the whole book, shape (S,), added up in the order of the book as reports do."""
        return self._cube.total()

    def tick(self, levels: Mapping[str, float]) -> frozenset[int]:
        """Take over new levels and bring every vector up to date.

        Parameters
        ----------
        levels
            By name of the factor, in its units. One that is not finite, not above zero for an exchange rate
            or an underlying, below zero for a price that moves by ratios, or at which a position could not
            be valued is refused: the last good one stands and :attr:`refused` says why until the next call.

        Returns
        -------
        frozenset
            Indices of the nodes that were added up again.

        Raises
        ------
        KeyError
            If the book listens to no factor of that name.
        """
        self.refused = {}
        possible = {name: level for name, level in levels.items() if self._possible(name, level)}
        while possible:
            failing = self._failing({**possible})
            if not failing:
                break
            for name in failing & set(possible):
                self._refuse(name, possible.pop(name), "a position could not be valued at it")
        rows = {row for name in possible for row in self._touching[name]}
        return frozenset(
            index for index, members in enumerate(self._nodes.members) if rows & set(members.tolist())
        )

    def tick_many(self, indices: ArrayLike, levels: ArrayLike) -> frozenset[int]:
        """Take over many levels at once; of several for one factor the last counts.

        Parameters
        ----------
        indices
            Shape (K,), places in :attr:`names`.
        levels
            Shape (K,), as for :meth:`tick`.

        Returns
        -------
        frozenset
            As of :meth:`tick`.
        """
        pairs = zip(np.asarray(indices).tolist(), np.asarray(levels).tolist(), strict=True)
        return self.tick({self.names[index]: level for index, level in pairs})

    def _failing(self, levels: Mapping[str, float]) -> set[str]:
        """Take over levels, unless positions cannot be valued at them: return the factors behind those."""
        quotes = dict(self._snapshot.quotes)
        for name, level in levels.items():
            quotes[name] = replace(quotes[name], level=level, quality=Quality.OBSERVED)
        snapshot = replace(self._snapshot, quotes=quotes)
        cube = self._built(self.portfolio, snapshot)
        if cube.failures:
            valued = {id(position) for position in cube.positions}
            lost = {row for row, one in enumerate(self.portfolio.positions) if id(one) not in valued}
            return {name for name in levels if lost & set(self._touching[name])}
        self._snapshot, self._cube = snapshot, cube
        self._nodes = cube.nodes(self.by)
        return set()

    def _possible(self, name: str, level: float) -> bool:
        floor = self._floors[name]
        if floor <= level < math.inf:
            return True
        self._refuse(
            name, level, "it must be a number" + (", zero or above" if floor == 0 else " above zero")
        )
        return False

    def _refuse(self, name: str, level: float, message: str) -> None:
        self.refused[name] = RefusedLevel(name, level, message)

    def _floor(self, name: str) -> float:
        """Return the lowest possible level."""
        smallest = math.ulp(0.0)
        for row in self._touching[name]:
            position = self.portfolio.positions[row]
            own = position.instrument.option is None and position.instrument.symbol == name
            if not own or position.instrument.kind is Kind.FX:
                return smallest
        column = self.scenarios.column(name)
        moves = Shock.RELATIVE if column is None else self.scenarios.factors[column].shock
        return -math.inf if moves is Shock.ABSOLUTE else 0.0


def factors_of(position: Position, levels: Levels) -> tuple[str, ...]:
    """Return the quotes that the value of a position depends on: of its price and of its exchange rate.

    A stated price depends on none, nor does cash; an FX position whose first currency is the base has no
    risk at all.

    Parameters
    ----------
    position
        One that can be valued.
    levels
        The market that it is valued in.
    """
    instrument, names = position.instrument, []
    if instrument.option is not None:
        names.append(levels.source(instrument.option.underlying))
    elif instrument.kind is Kind.FX and instrument.symbol[:3] == levels.base_currency:
        return ()
    elif instrument.kind is not Kind.CASH and position.price is None:
        names.append(levels.source(instrument.symbol))
    pair = levels.pair(price_currency(position))
    if pair is not None:
        names.append(pair)
    return tuple(dict.fromkeys(names))
