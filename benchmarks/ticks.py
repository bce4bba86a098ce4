"""Ticks into a live book of 500 positions in 1,000 scenarios under a tree of four levels, on one core.

A tick notes a level; what it touches is done when somebody reads. So the rates are told with reads, of every
vector of all 85 nodes: ten times a second, as often as live figures are published, or after each batch, where
nothing is saved by what comes next. Two peers in the same run: a full recompute for each batch (build_cube
and nodes), which ours equals bit for bit; and deltas in plain NumPy, which for each tick add the change of
one vector to the four nodes above it, and drift.
"""

import datetime as dt
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from statistics import median

import numpy as np
from numpy.typing import NDArray

from measurement import Row, median_seconds
from plimsoll.data.importers.portfolio_csv import ImportedPortfolio
from plimsoll.data.price_table import PriceTable
from plimsoll.risk.cube import Nodes, build_cube
from plimsoll.risk.factors import RiskFactor
from plimsoll.risk.live import LiveBook
from plimsoll.risk.market import MarketSnapshot, Quality, Quote
from plimsoll.risk.measures import expected_shortfall, value_at_risk
from plimsoll.risk.portfolio import Instrument, Kind, OptionTerms, OptionType, Portfolio, Position
from plimsoll.risk.scenarios.scenario_set import ScenarioSet
from plimsoll.workflows.ground import ground_from
from plimsoll.workflows.live import LivePortfolio
from plimsoll.workflows.live_ticks import Tick
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.risk_report import calculate

__all__ = ["measure"]

POSITIONS, SCENARIOS, TICKS = 500, 1_000, 2_048
BATCHES = (1, 8, 64, 512)
GOAL = 200_000  # ticks a second
FASTER = 2  # times the full recompute, where options or reads take the time
AFRESH = 0.050  # seconds for VaR and ES computed afresh
UPDATE = 0.010  # seconds for an update of all figures, ten times a second
PUBLISHED, PERIODS = 0.1, 9  # seconds between two updates; how many of them are measured
BY = ("desk", "book", "trader")
TODAY = dt.date(2026, 6, 30)

_Batch = tuple[NDArray[np.intp], NDArray[np.float64]]


def measure() -> list[Row]:
    """Return tick rates by size of batch, for shares alone and with options, and VaR computed afresh."""
    with _one_core():
        rows = [_rate(size, 0) for size in BATCHES]
        rows += [_rate(size, 50) for size in BATCHES[-2:]]
        rows += [_read_each_time(size) for size in BATCHES]
        return [*rows, _update(), _afresh()]


def _rate(size: int, options: int) -> Row:
    """Return the rate for one size of batch, read as often as live figures are, against both peers."""
    portfolio, snapshot, scenarios = _wide(options)
    book = LiveBook(portfolio, snapshot, scenarios, base_currency="USD", by=BY)
    deltas = None if options else _Deltas(portfolio, snapshot, scenarios, book.nodes)
    batches = _batches(book, size)

    def theirs() -> None:
        for _ in range(TICKS // size):
            _plainly(deltas, *next(batches))

    rate = median([_ticked(book, batches, size) for _ in range(PERIODS)])
    recompute = size / median_seconds(lambda: _recomputed(book))
    if not np.array_equal(book.nodes.pnl, _recomputed(book).pnl):
        raise AssertionError("the live book is not what a full recompute gives")
    peers = [f"full recompute: {recompute:,.0f}/s"]
    if deltas is not None:
        peers.append(f"NumPy deltas: {TICKS / median_seconds(theirs):,.0f}/s, off by {deltas.drift():.0e}")
    what = f"{POSITIONS} positions, {options} of them options," if options else f"{POSITIONS} shares"
    return Row(
        f"ticks into {what} × {SCENARIOS:,} scenarios, {size} a batch, read 10 times a second, one core",
        f"{rate:,.0f}/s",
        "; ".join(peers),
        f"{rate / recompute:,.0f}× the full recompute, equal bit for bit",
        f"≥ {FASTER}× the full recompute" if options else f"≥ {GOAL:,}/s",
        rate >= FASTER * recompute if options else rate >= GOAL,
    )


def _ticked(book: LiveBook, batches: Iterator[_Batch], size: int) -> float:
    """Return the ticks a second from one published update to the next, its read included."""
    begun, count = time.perf_counter(), 0
    while time.perf_counter() - begun < PUBLISHED:
        book.tick_many(*next(batches))
        count += size
    book.nodes  # noqa: B018 - what is read is brought up to date
    return count / (time.perf_counter() - begun)


def _read_each_time(size: int) -> Row:
    """Return the rate where every vector of every node is read after each batch."""
    portfolio, snapshot, scenarios = _wide(0)
    book = LiveBook(portfolio, snapshot, scenarios, base_currency="USD", by=BY)
    batches = _batches(book, size)

    def ours() -> None:
        book.tick_many(*next(batches))
        book.nodes  # noqa: B018 - as above

    rate = size / median_seconds(ours, runs=50)
    recompute = size / median_seconds(lambda: _recomputed(book))
    return Row(
        f"ticks into {POSITIONS} shares × {SCENARIOS:,} scenarios, {size} a batch, read after each, one core",
        f"{rate:,.0f}/s",
        f"full recompute: {recompute:,.0f}/s",
        f"{rate / recompute:,.1f}× the full recompute",
        f"≥ {FASTER}× the full recompute",
        rate >= FASTER * recompute,
    )


def _recomputed(book: LiveBook) -> Nodes:
    """Return the nodes of a book from its positions and the market of now."""
    return build_cube(book.portfolio, book.snapshot, book.scenarios, base_currency="USD").nodes(BY, threads=1)


def _update() -> Row:
    """Return the time of all figures of all nodes, with the interval of the root, after 200 ticks."""
    imported, prices, request = _priced()
    calculation = calculate(imported, prices, request)
    ground = ground_from(imported, prices, request)
    held = Portfolio("wide", calculation.cube.positions)
    noon = dt.datetime.combine(ground.market.snapshot.as_of, dt.time(12), dt.UTC)
    live = LivePortfolio(held, ground, calculation.tail, by=BY, clock=lambda: noon)
    generator = np.random.default_rng(4)
    quotes = live.book.snapshot.quotes

    def work() -> None:
        names = generator.choice(live.book.names, 200).tolist()
        factors = generator.uniform(0.98, 1.02, 200).tolist()
        ticks = [
            Tick(name, quotes[name].level * factor, noon) for name, factor in zip(names, factors, strict=True)
        ]
        live.apply(ticks)
        live.update()

    middle, high = np.percentile([median_seconds(work, runs=1) for _ in range(30)], [50, 95])
    report = median_seconds(lambda: calculate(imported, prices, request), runs=3)
    return Row(
        f"200 ticks, VaR and ES of 85 nodes, {POSITIONS} shares × {SCENARIOS:,} scenarios, p95, one core",
        f"{high * 1e3:.1f} ms (p50 {middle * 1e3:.1f} ms)",
        f"a whole report of the same book: {report * 1e3:.0f} ms",
        f"{report / middle:.0f}× faster",
        f"< {UPDATE * 1e3:.0f} ms",
        bool(high < UPDATE),
    )


def _priced() -> tuple[ImportedPortfolio, PriceTable, ReportRequest]:
    """Return the wide book of shares with made-up prices behind its scenarios."""
    portfolio, snapshot, _ = _wide(0)
    moves = np.random.default_rng(5).normal(0.0, 0.02, (SCENARIOS + 1, POSITIONS))
    levels = np.array([quote.level for quote in snapshot.quotes.values()]) * np.exp(moves.cumsum(axis=0))
    dates = np.datetime64("2022-01-03", "D") + np.arange(len(levels))
    prices = PriceTable(dates, tuple(snapshot.quotes), levels, ("USD",) * POSITIONS, "made up")
    return ImportedPortfolio(portfolio, (), (), "0" * 64), prices, ReportRequest(days=SCENARIOS)


def _afresh() -> Row:
    """Return the time of VaR and ES with intervals from positions, market and shocks."""
    portfolio, snapshot, scenarios = _wide(0)

    def work() -> None:
        total = build_cube(portfolio, snapshot, scenarios, base_currency="USD").total()
        value_at_risk(total, 0.99)
        expected_shortfall(total, 0.99)

    middle, high = np.percentile([median_seconds(work, runs=1) for _ in range(40)], [50, 95])
    book = LiveBook(portfolio, snapshot, scenarios, base_currency="USD", by=BY)
    standing = median_seconds(
        lambda: (value_at_risk(book.total(), 0.99), expected_shortfall(book.total(), 0.99))
    )
    return Row(
        f"VaR and ES with intervals of {POSITIONS} positions × {SCENARIOS:,} scenarios afresh, p95, one core",
        f"{high * 1e3:.1f} ms (p50 {middle * 1e3:.1f} ms)",
        f"from the standing vectors of the live book: {standing * 1e3:.1f} ms",
        f"{middle / standing:.1f}× the standing one",
        f"< {AFRESH * 1e3:.0f} ms",
        bool(high < AFRESH),
    )


def _wide(options: int) -> tuple[Portfolio, MarketSnapshot, ScenarioSet]:
    """Return positions in as many shares, the last of them options, in 4 × 4 × 4 books."""
    generator = np.random.default_rng(3)
    names = [f"S{k:03d}" for k in range(POSITIONS)]
    levels = dict(zip(names, generator.uniform(50, 150, POSITIONS).tolist(), strict=True))
    held = []
    for k, place in enumerate(generator.permutation(POSITIONS).tolist()):
        labels = {"desk": f"{place % 4}", "book": f"{place // 4 % 4}", "trader": f"{place // 16 % 4}"}
        instrument = Instrument(symbol=names[k], currency="USD")
        if place >= POSITIONS - options:
            instrument = _call(names[k], levels[names[k]])
        held.append(Position(instrument=instrument, quantity=float(k % 90 - 40), attributes=labels))
    quotes = {name: Quote(level, Quality.OBSERVED, TODAY) for name, level in levels.items()}
    scenarios = ScenarioSet(
        factors=tuple(map(RiskFactor, names)),
        shocks=generator.normal(0.0, 0.02, (SCENARIOS, POSITIONS)),
        weights=np.full(SCENARIOS, 1.0 / SCENARIOS),
        labels=[str(k) for k in range(SCENARIOS)],
        horizon_days=1,
        method="random",
        observations=float(SCENARIOS),
    )
    return Portfolio("wide", tuple(held)), MarketSnapshot(TODAY, quotes), scenarios


def _call(underlying: str, strike: float) -> Instrument:
    terms = OptionTerms(
        type=OptionType.CALL,
        underlying=underlying,
        strike=strike,
        expiry=dt.date(2026, 12, 31),
        volatility=0.25,
    )
    return Instrument(symbol=f"{underlying} C", currency="USD", kind=Kind.OPTION, option=terms)


def _batches(book: LiveBook, size: int) -> Iterator[_Batch]:
    """Yield batches of ticks of random factors, prepared before the clock runs."""
    generator = np.random.default_rng(size)
    quotes = book.snapshot.quotes
    levels = np.array([quotes[name].level for name in book.names])
    prepared = []
    for _ in range(4 * TICKS // size):
        indices = generator.integers(0, len(levels), size)
        prepared.append((indices, levels[indices] * generator.uniform(0.98, 1.02, size)))
    return cycle(prepared)


class _Deltas:
    """The plain way: the change of a vector is added to each node above it, and rounding errors stay."""

    def __init__(
        self, portfolio: Portfolio, snapshot: MarketSnapshot, scenarios: ScenarioSet, nodes: Nodes
    ) -> None:
        places = {name: k for k, name in enumerate(sorted(snapshot.quotes))}
        rows = {places[one.instrument.symbol]: row for row, one in enumerate(portfolio.positions)}
        columns = {factor.name: j for j, factor in enumerate(scenarios.factors)}
        self.units = [np.ascontiguousarray(scenarios.shocks[:, columns[name]]) for name in sorted(places)]
        self.quantities = [portfolio.positions[rows[k]].quantity for k in range(len(rows))]
        levels = [snapshot.quotes[name].level for name in sorted(places)]
        moved = zip(self.units, levels, self.quantities, strict=True)
        self.vectors = [unit * (level * quantity) for unit, level, quantity in moved]
        self.sums = nodes.pnl.copy()
        above = [[k for k, held in enumerate(nodes.members) if rows[f] in held] for f in range(len(rows))]
        self.above = [[self.sums[k] for k in ks] for ks in above]
        self.nodes = above

    def drift(self) -> float:
        """Return the largest error of a node, in units of its largest P&L."""
        exact = np.zeros_like(self.sums)
        for vector, ks in zip(self.vectors, self.nodes, strict=True):
            exact[ks] += vector
        return float(np.abs(exact - self.sums).max() / np.abs(exact).max())


def _plainly(deltas: _Deltas | None, indices: NDArray[np.intp], levels: NDArray[np.float64]) -> None:
    if deltas is None:
        return
    for k, level in zip(indices.tolist(), levels.tolist(), strict=True):
        fresh = deltas.units[k] * (level * deltas.quantities[k])
        change = fresh - deltas.vectors[k]
        deltas.vectors[k] = fresh
        for node in deltas.above[k]:
            np.add(node, change, node)


@contextmanager
def _one_core() -> Iterator[None]:
    """Keep this process on one core where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


if __name__ == "__main__":
    for row in measure():
        print(row)
