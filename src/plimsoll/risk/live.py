"""A book that stays valued while prices tick: what a tick touches is done again, and nothing else.

A tick notes a level, and what it touches is done when somebody reads: of many levels of one factor between
two reads only the last is ever seen, so that the others cost no vector. Options and whatever else a level may
leave without a value are valued at once, because a tick says whether it was taken.

The vectors are those of a full recompute, :func:`plimsoll.risk.cube.build_cube` and ``nodes``, bit for bit:
rows are made by the same formulas, and a node is added up again from its rows in the same order, never
corrected by a difference, in which rounding errors would pile up.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plimsoll.risk.aggregation import slice_sums
from plimsoll.risk.cube import Cube, Nodes, Valuation, build_cube, value_positions
from plimsoll.risk.factors import Shock
from plimsoll.risk.failures import Failure
from plimsoll.risk.live_positions import factors_of, following
from plimsoll.risk.live_rows import LARGEST, LiveRows
from plimsoll.risk.live_tree import LiveTree
from plimsoll.risk.market import MarketSnapshot, Quality
from plimsoll.risk.portfolio import Kind, Portfolio, Position
from plimsoll.risk.scenarios.scenario_set import ScenarioSet
from plimsoll.risk.valuation import FactorMoves, Levels, price_currency

__all__ = ["LiveBook", "RefusedLevel"]

_NOTHING: frozenset[int] = frozenset()
_ABOVE_ZERO = "it must be a number above zero"


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
    """Values and P&L vectors of a book and of every node of a tree, as they are after the last tick.

    Not to be shared between threads: who reads writes as well, what the ticks since the last read touched.

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
        cube = build_cube(
            portfolio,
            snapshot,
            scenarios,
            base_currency=base_currency,
            valuation=valuation,
            proxy_volatility=proxy_volatility,
        )
        if not cube.positions:
            raise ValueError(f"no position of {portfolio.name} can be valued")
        self.name = portfolio.name
        self._positions = list(cube.positions)
        self.failures: tuple[Failure, ...] = cube.failures
        self.refused: dict[str, RefusedLevel] = {}
        self._moves = FactorMoves(scenarios)
        self._exact = valuation is Valuation.FULL
        self._proxies = proxy_volatility
        self._quotes, self._as_of = dict(snapshot.quotes), snapshot.as_of
        self._connect(self._market())
        self._lay_out(cube)

    @property
    def portfolio(self) -> Portfolio:
        """The positions as they are valued now: a tick takes the place of a stated price."""
        return Portfolio(self.name, tuple(self._positions))

    def _connect(self, levels: Levels) -> None:
        """Find out which factor touches which positions and exchange rates."""
        self.factors = tuple(factors_of(position, levels) for position in self._positions)
        self.names = tuple(sorted({name for names in self.factors for name in names}))
        self._places = {name: k for k, name in enumerate(self.names)}
        self._levels = np.array([self._quotes[name].level for name in self.names])
        self._touching: list[list[int]] = [[] for _ in self.names]
        self._currencies: list[set[str]] = [set() for _ in self.names]
        for row, position in enumerate(self._positions):
            for name in self.factors[row]:
                self._touching[self._places[name]].append(row)
            currency = price_currency(position)
            pair = levels.pair(currency)
            if pair is not None and pair in self.factors[row]:
                self._currencies[self._places[pair]].add(currency)

    def _lay_out(self, cube: Cube) -> None:
        """Put vectors where ticks reach them, and levels between which nothing can go wrong beside them."""
        nodes = cube.nodes(self.by)
        self._paths, self._parents, self._members = nodes.paths, nodes.parents, nodes.members
        self._values = cube.values.copy()
        self._tree = LiveTree(np.asarray(cube.pnl, dtype=np.float64), nodes.members, nodes.parents)
        self._unquoted: set[int] = set()
        self._above = [self._tree.above(rows) for rows in self._touching]
        self._waiting: set[int] = set()  # factors at whose levels the vectors of linear positions are not yet
        self._sort_rows()

    def _sort_rows(self) -> None:
        """Tell the positions whose vectors are scaled from those that are valued afresh."""
        self._linear = LiveRows(
            self._positions,
            self._market(),
            self._moves,
            self._places,
            self._levels,
            self._tree.rows,
        )
        covered = set(self._linear.covered.tolist())
        self._quick = [[row for row in rows if row in covered] for rows in self._touching]
        self._slow = [[row for row in rows if row not in covered] for rows in self._touching]
        self._stated = [
            [row for row in rows if self._positions[row].price is not None and self.factors[row][0] == name]
            for name, rows in zip(self.names, self._touching, strict=True)
        ]
        # Factors that do more than scale the vectors of positions.
        self._intricate = {k for k, rows in enumerate(self._slow) if rows or self._currencies[k]}
        self._floors = [self._floor(k) for k in range(len(self.names))]
        self._lows = [0.0 if floor == 0.0 else 1.0 / LARGEST for floor in self._floors]
        self._far = {k for k in range(len(self.names)) if self._is_far(k)}

    @property
    def snapshot(self) -> MarketSnapshot:
        """The market that the book is valued in: the first one, with the levels that ticked since."""
        self._quote(self._unquoted)
        return MarketSnapshot(self._as_of, dict(self._quotes))

    @property
    def nodes(self) -> Nodes:
        """Every node of the tree at the levels of now: a copy, which later ticks leave alone."""
        self._catch_up()
        return Nodes(
            paths=self._paths,
            parents=self._parents,
            members=self._members,
            values=self._tree.add_up(self.values),
            pnl=self._tree.sums(),
        )

    @property
    def values(self) -> NDArray[np.float64]:
        """Value of each position in base currency, shape (N,): a copy."""
        values = self._values.copy()
        values[self._linear.covered] = self._linear.values()
        return values

    @property
    def pnl(self) -> NDArray[np.float64]:
        """P&L vector of each position, shape (N, S): a copy."""
        self._catch_up()
        return self._tree.matrix()

    @property
    def levels(self) -> dict[str, float]:
        """The level of each factor by name, as it is now."""
        return dict(zip(self.names, self._levels.tolist(), strict=True))

    def total(self) -> NDArray[np.float64]:
        """Return the P&L of the whole book, shape (S,), added up in the order of the book as reports do."""
        self._catch_up()
        whole: NDArray[np.float64] = slice_sums(self._tree.matrix(), np.array([0, len(self._values)]))[0]
        return whole

    def tick(self, levels: Mapping[str, float]) -> frozenset[int]:
        """Take over new levels: whatever is read from now on is at these.

        Parameters
        ----------
        levels
            By name of the factor, in its units. One that is not finite, not above zero for an exchange rate
            or an underlying, below zero for a price that moves by ratios, or at which a position could not
            be valued is refused: the last good one stands and :attr:`refused` says why until the next call.

        Returns
        -------
        frozenset
            Indices of the nodes above the positions that listen to these factors.

        Raises
        ------
        KeyError
            If the book listens to no factor of that name.
        """
        return self._take(
            [self._places[name] for name in levels], [float(level) for level in levels.values()]
        )

    def tick_many(self, indices: ArrayLike, levels: ArrayLike) -> frozenset[int]:
        """Take over many levels at once; of several for one factor the last good one counts.

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

        Raises
        ------
        IndexError
            If there is no such place.
        """
        places = np.asarray(indices, dtype=np.intp).tolist()
        if places and min(places) < 0:
            raise IndexError("places are counted from zero")
        return self._take(places, np.asarray(levels, dtype=np.float64).tolist())

    def _take(self, places: Iterable[int], levels: Iterable[float]) -> frozenset[int]:
        """Take over levels by place, those that can be; of several for one factor the last."""
        self.refused = {}
        wanted: dict[int, float] = {}
        usual, lows = not self._far, self._lows
        for k, level in zip(places, levels, strict=True):
            if lows[k] <= level <= LARGEST:
                wanted[k] = level
            elif self._is_possible(k, level):
                wanted[k] = level
                usual = usual and not self._quick[k]
        plain = usual and self._intricate.isdisjoint(wanted)
        if not usual:
            self._catch_up()
        if not plain:
            self._revalue(wanted, self._slow if usual else self._touching)
        for k, level in wanted.items():
            self._levels[k] = level
        self._unquoted.update(wanted)
        if usual:
            self._waiting.update(wanted)
        if not plain:
            self._take_rates(wanted)
            self._far.difference_update(wanted)
            self._far.update(filter(self._is_far, wanted))
        above = [self._above[k] for k in wanted]
        touched = above[0] if len(above) == 1 else _NOTHING.union(*above)
        self._tree.marked |= touched
        return touched

    def _catch_up(self) -> None:
        """Bring the vectors of linear positions to the levels of now."""
        rows: set[int] = set()
        rows.update(*map(self._quick.__getitem__, self._waiting))
        self._linear.revalue(rows)
        self._waiting.clear()

    def _revalue(self, wanted: dict[int, float], touching: Sequence[Sequence[int]]) -> None:
        """Value positions at the wanted levels, of which those go at which one of them has no value."""
        concerned = {k for k in wanted if touching[k]}
        if touching is self._touching:
            concerned |= self._unquoted  # positions that are otherwise valued without quotes
        stated = self._let_go(wanted)
        while rows := {row for k in wanted for row in touching[k]}:
            self._quote(concerned, wanted)
            held = sorted(rows)
            positions = [self._positions[row] for row in held]
            found = value_positions(positions, self._market(), self._proxies)
            if not found.failures:
                for row, vector, value in zip(held, found.pnl, found.values.tolist(), strict=True):
                    self._tree.rows[row][:] = vector
                    self._values[row] = value
                break
            lost = {held[k] for k in found.failures}
            for k in [k for k in wanted if not lost.isdisjoint(touching[k])]:
                self._refuse(k, wanted.pop(k), "a position could not be valued at it")
                self._quote([k])
                for row in self._stated[k]:
                    self._positions[row] = stated.pop(row, self._positions[row])
        if stated:
            self._catch_up()
            self._sort_rows()

    def _let_go(self, wanted: Iterable[int]) -> dict[int, Position]:
        """Let positions follow factors that tick instead of their stated prices; return what they were."""
        places = [k for k in wanted if self._stated[k]]
        if not places:
            return {}
        self._quote(places)
        market, before = self._market(), {}
        for row in (row for k in places for row in self._stated[k]):
            found = following(self._positions[row], market)
            if found is not None:
                before[row], self._positions[row] = self._positions[row], found
        return before

    def _take_rates(self, wanted: Iterable[int]) -> None:
        """Take over the exchange rates that some factors are."""
        rates = [k for k in wanted if self._currencies[k]]
        self._quote(rates)
        self._linear.take_rates({one for k in rates for one in self._currencies[k]}, self._market())

    def _market(self) -> Levels:
        """Return the quotes as levels."""
        return Levels(
            MarketSnapshot(self._as_of, self._quotes),
            self._moves,
            base_currency=self.base_currency,
            exact=self._exact,
        )

    def _quote(self, places: Iterable[int], wanted: Mapping[int, float] = MappingProxyType({})) -> None:
        """Write levels into the quotes: the wanted ones, and for the others those that the book is at."""
        for k in list(places):
            name, level = self.names[k], float(wanted.get(k, self._levels[k]))
            self._quotes[name] = replace(self._quotes[name], level=level, quality=Quality.OBSERVED)
        self._unquoted.difference_update(places)

    def _is_possible(self, k: int, level: float) -> bool:
        floor = self._floors[k]
        if floor <= level < math.inf:
            return True
        self._refuse(k, level, "it must be a number, zero or above" if floor == 0 else _ABOVE_ZERO)
        return False

    def _is_far(self, k: int) -> bool:
        """Tell whether a level is so large or small that products with it may be infinite."""
        return bool(self._quick[k]) and not self._lows[k] <= self._levels[k] <= LARGEST

    def _refuse(self, k: int, level: float, message: str) -> None:
        self.refused[self.names[k]] = RefusedLevel(self.names[k], level, message)

    def _floor(self, k: int) -> float:
        """Return the lowest possible level: zero is one for a share, but not for what is divided by."""
        for row in self._touching[k]:
            instrument = self._positions[row].instrument
            if instrument.kind in (Kind.FX, Kind.OPTION) or instrument.symbol != self.names[k]:
                return math.ulp(0.0)
        column = self.scenarios.column(self.names[k])
        moves = Shock.RELATIVE if column is None else self.scenarios.factors[column].shock
        return -math.inf if moves is Shock.ABSOLUTE else 0.0
