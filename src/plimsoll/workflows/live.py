"""Live risk of a portfolio: ticks in, and at any moment the value, VaR and ES of every node."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from plimsoll.errors import ConflictError, UsageError
from plimsoll.risk.cube import Nodes
from plimsoll.risk.live import LiveBook
from plimsoll.risk.measures import Estimate
from plimsoll.risk.portfolio import Portfolio
from plimsoll.workflows.background import in_background
from plimsoll.workflows.figures import Tail
from plimsoll.workflows.ground import Ground
from plimsoll.workflows.live_state import LiveState, from_bytes, to_bytes
from plimsoll.workflows.live_ticks import Finding, Rejection, Tick, TickGate
from plimsoll.workflows.revaluation import proxy_volatilities, valuation_of

if TYPE_CHECKING:
    from plimsoll.data.store.database import Database

__all__ = ["LiveNode", "LivePortfolio", "LiveUpdate", "Mover", "StaleFactor"]

_MOVERS = 5


@dataclass(frozen=True, slots=True)
class LiveNode:
    """One slice of a book at the levels of now.

    Parameters
    ----------
    path
        Labels from the root down; empty at the root.
    value
        In base currency.
    pnl_since_run
        What its value has gained since the market of the run.
    var, es
        As the run measures them, a loss positive.
    """

    path: tuple[str, ...]
    value: float
    pnl_since_run: float
    var: float
    es: float


@dataclass(frozen=True, slots=True)
class Mover:
    """A factor whose ticks moved the value of the book.

    Parameters
    ----------
    name
        Of the factor.
    before, level
        At the last update and now.
    value_change
        Of the positions that it moved, in base currency; a position in foreign currency whose price ticked
        counts with its price, exchange rate included.
    """

    name: str
    before: float
    level: float
    value_change: float


@dataclass(frozen=True, slots=True)
class StaleFactor:
    """A factor without a tick for too long.

    Parameters
    ----------
    name
        Of the factor.
    age_seconds
        Since its last tick; since the day of its price in the run where none has come.
    """

    name: str
    age_seconds: float


@dataclass(frozen=True, slots=True)
class LiveUpdate:
    """The risk of a book at one moment.

    Parameters
    ----------
    sequence
        Counts up from 1.
    at
        When.
    nodes
        The root first, each before its children, siblings by label.
    var, es
        Of the whole book, with their intervals.
    value_change, var_change, es_change
        Of the whole book since the last update.
    movers
        The factors behind the change of value, the largest first.
    stale
        Factors without a tick for too long, the oldest first.
    applied
        Ticks taken over since the last update.
    rejected
        Ticks that were not, since the start, by reason.
    findings
        Prices that were not believed since the last update.
    """

    sequence: int
    at: dt.datetime
    nodes: tuple[LiveNode, ...]
    var: Estimate
    es: Estimate
    value_change: float
    var_change: float
    es_change: float
    movers: tuple[Mover, ...]
    stale: tuple[StaleFactor, ...]
    applied: int
    rejected: Mapping[Rejection, int]
    findings: tuple[Finding, ...]


class LivePortfolio:
    """The book of a run, kept at the prices of now.

    Ticks between two updates are conflated: the last one of each symbol counts. Not to be used by two threads
    at a time.

    Parameters
    ----------
    portfolio
        The positions that the run valued, in its order.
    ground
        Market and scenarios of the run.
    tail
        How it measures VaR and ES.
    by
        Names of attributes, one level of the tree for each, top down.
    run
        Id of the run; None for one that is not stored.
    jump_factor
        See :class:`~plimsoll.workflows.live_ticks.TickGate`.
    stale_after
        Seconds without a tick after which a factor is stale.
    clock
        Tells the time.

    Raises
    ------
    UsageError
        If no position has one of the attributes.
    """

    def __init__(
        self,
        portfolio: Portfolio,
        ground: Ground,
        tail: Tail,
        *,
        by: Sequence[str] = (),
        run: UUID | None = None,
        jump_factor: float = 10.0,
        stale_after: float = 60.0,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        known = portfolio.attribute_names()
        for name in by:
            if name not in known:
                raise UsageError(
                    f"no position has the attribute {name}", remedy=f"There is {', '.join(known)}."
                )
        snapshot = ground.market.snapshot
        self.run = run
        self.base_currency = ground.request.base_currency
        self.book = LiveBook(
            portfolio,
            snapshot,
            ground.scenarios,
            base_currency=self.base_currency,
            by=tuple(dict.fromkeys(by)),
            valuation=valuation_of(ground.request, ground.scenarios),
            proxy_volatility=proxy_volatilities(portfolio, ground.market.history),
        )
        quotes = {name: snapshot.quotes[name] for name in self.book.names}
        self.gate = TickGate(
            {name: quote.level for name, quote in quotes.items()}, snapshot.as_of, jump_factor=jump_factor
        )
        self._tail = tail
        self._clock = clock
        self._stale_after = stale_after
        self._observed = {name: quote.observed_on for name, quote in quotes.items()}
        self._waiting: dict[str, float] = {}
        self._ticked: set[str] = set()
        self._taken: set[str] = set()
        self._applied = 0
        self._sequence = 0
        self._node_values = self.book.nodes.values
        self._values = self.book.values
        self._levels = {name: quote.level for name, quote in quotes.items()}
        self._measures = tail.measures(self.book.nodes.pnl)
        self._estimates = self._estimated()
        self._last: tuple[float, float, float] | None = None
        self._changed: set[int] = set()

    @classmethod
    async def from_run(
        cls, database: "Database", tenant: UUID, run: UUID, by: Sequence[str] = (), **options: float
    ) -> "LivePortfolio":
        """Return the book of a stored run, at the market of the run.

        Parameters
        ----------
        database, tenant
            Where the run is, and whose it is.
        run
            Its id.
        by
            Names of attributes.
        **options
            As of the constructor.

        Raises
        ------
        NotFoundError
            If the tenant has no such run.
        ConflictError
            If this version of Plimsoll makes other scenarios than the run had.
        UsageError
            If no position has one of the attributes.
        """
        from plimsoll.workflows.finished_runs import finished_run, ground_of

        finished = await finished_run(database, tenant, run)
        ground = await ground_of(database, tenant, finished)
        book = Portfolio(ground.portfolio.name, finished.cube.positions)

        def made() -> "LivePortfolio":
            return cls(book, ground, finished.tail, by=by, run=run, **options)  # type: ignore[arg-type] # checked by the constructor

        return await in_background(made)

    def apply(self, ticks: Iterable[Tick]) -> int:
        """Take over ticks, to be seen at the next update; return how many were believed."""
        levels, count = self.gate.pass_on(ticks, self._clock())
        self._waiting |= levels
        self._applied += count
        return count

    def update(self) -> LiveUpdate:
        """Return the risk of now: only what ticked since the last update is done again."""
        now = self._clock()
        self._take_over()
        nodes = self.book.nodes
        if self._changed:
            rows = np.array(sorted(self._changed))
            for known, fresh in zip(self._measures, self._tail.measures(nodes.pnl[rows]), strict=True):
                known[rows] = fresh
            self._estimates = self._estimated()
        var, es = self._estimates
        value = float(nodes.values[0])
        before = self._last or (value, var.value, es.value)
        movers = self._movers()
        self._last = (value, var.value, es.value)
        self._sequence += 1
        self._changed = set()
        applied, self._applied = self._applied, 0
        return LiveUpdate(
            sequence=self._sequence,
            at=now,
            nodes=self._live_nodes(nodes, var.value, es.value),
            var=var,
            es=es,
            value_change=value - before[0],
            var_change=var.value - before[1],
            es_change=es.value - before[2],
            movers=movers,
            stale=self._stale(now),
            applied=applied,
            rejected=dict(self.gate.rejected),
            findings=self._findings(),
        )

    def state(self) -> bytes:
        """Return what it takes to be here again: the last believed level of each factor, its time and source.

        Returns
        -------
        bytes
            A JSON document of a few dozen bytes for each factor that has ticked.
        """
        self._take_over()
        ticked = {name: last for name, last in self.gate.ticked().items() if name in self._taken}
        return to_bytes(LiveState(self.run, self._sequence, ticked))

    def restore(self, state: bytes) -> None:
        """Be where another was when it said :meth:`state`: every number is the same, bit for bit.

        Parameters
        ----------
        state
            Of the book of the same run.

        Raises
        ------
        DataError
            If the bytes are no state.
        ConflictError
            If it is that of another run.
        """
        found = from_bytes(state)
        if found.run != self.run:
            raise ConflictError(
                f"the state is that of run {found.run}, this is run {self.run}",
                remedy="Start afresh from the run, or restore the state into the book of its own run.",
            )
        self.gate.last |= {name: last for name, last in found.levels.items() if name in self.gate.last}
        self._sequence = found.sequence
        self._waiting = {name: last.price for name, last in self.gate.ticked().items()}
        self._take_over()
        self._movers()

    def _take_over(self) -> None:
        """Bring the book to the levels that wait."""
        self._changed |= self.book.tick(self._waiting)
        self._ticked.update(name for name in self._waiting if name not in self.book.refused)
        self._taken |= self._ticked
        self._waiting = {}
        levels = self.book.levels if self.book.refused else {}
        for name, refused in self.book.refused.items():
            good = levels[name]
            self.gate.take_back(name, good, f"{refused.level:g}: {refused.message}; {good:g} stands")

    def _estimated(self) -> tuple[Estimate, Estimate]:
        """Return VaR and ES of the whole book with their intervals."""
        total = self._tail.lined_up(self.book.total())
        return self._tail.var(total), self._tail.es(total)

    def _live_nodes(self, nodes: Nodes, var: float, es: float) -> tuple[LiveNode, ...]:
        gains = (nodes.values - self._node_values).tolist()
        vars_, shortfalls = (found.tolist() for found in self._measures)
        vars_[0], shortfalls[0] = var, es
        return tuple(map(LiveNode, nodes.paths, nodes.values.tolist(), gains, vars_, shortfalls))

    def _movers(self) -> tuple[Mover, ...]:
        values: NDArray[np.float64] = self.book.values
        levels = self.book.levels
        changes: dict[str, float] = {}
        for row in np.flatnonzero(values != self._values).tolist():
            name = next(name for name in self.book.factors[row] if name in self._ticked)
            changes[name] = changes.get(name, 0.0) + float(values[row] - self._values[row])
        largest = sorted(changes, key=lambda name: (-abs(changes[name]), name))[:_MOVERS]
        movers = tuple(Mover(name, self._levels[name], levels[name], changes[name]) for name in largest)
        self._values, self._levels, self._ticked = values, levels, set()
        return movers

    def _stale(self, now: dt.datetime) -> tuple[StaleFactor, ...]:
        found = []
        for name, last in self.gate.last.items():
            seen = last.at or dt.datetime.combine(self._observed[name], dt.time(), dt.UTC)
            age = (now - seen).total_seconds()
            if age > self._stale_after:
                found.append(StaleFactor(name, age))
        return tuple(sorted(found, key=lambda one: (-one.age_seconds, one.name)))

    def _findings(self) -> tuple[Finding, ...]:
        found = tuple(self.gate.findings)
        self.gate.findings.clear()
        return found
