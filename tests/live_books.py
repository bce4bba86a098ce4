"""Books, markets and scenarios for the tests of live risk: every kind of position and of factor."""

import datetime as dt
from dataclasses import replace
from itertools import count

import numpy as np
from hypothesis import strategies as st

from plimsoll.risk.factors import RiskFactor, Shock
from plimsoll.risk.market import MarketSnapshot, Quality, Quote
from plimsoll.risk.portfolio import Instrument, Kind, OptionTerms, OptionType, Portfolio, Position
from plimsoll.risk.scenarios.scenario_set import ScenarioSet

TODAY = dt.date(2026, 6, 30)
LEVELS = {
    "AAA": 100.0,
    "BBB": 50.0,
    "LOGS": 8.0,
    "OIL": 3.0,
    "STILL": 20.0,
    "EURUSD": 1.25,
    "GBPUSD": 1.5,
    "USDJPY": 140.0,
    "USDCHF": 0.9,
    "GBPEUR": 1.2,
}
SHOCKS = {"LOGS": Shock.LOG, "OIL": Shock.ABSOLUTE}
FACTORS = tuple(RiskFactor(name, SHOCKS.get(name, Shock.RELATIVE)) for name in LEVELS if name != "STILL")
SNAPSHOT = MarketSnapshot(TODAY, {name: Quote(q, Quality.OBSERVED, TODAY) for name, q in LEVELS.items()})
ATTRIBUTES = ("desk", "book", "trader", "sector")
PROXIES = {"AAA": 0.2, "BBB": 0.4, "OIL": 0.5}


def scenarios(size: int, seed: int = 5) -> ScenarioSet:
    """Return random shocks of every factor but one, which stands still."""
    moves = np.random.default_rng(seed).normal(0.0, 0.03, (size, len(FACTORS)))
    return ScenarioSet(
        factors=FACTORS,
        shocks=moves,
        weights=np.full(size, 1.0 / size),
        labels=[str(k) for k in range(size)],
        horizon_days=1,
        method="random",
        observations=float(size),
    )


def option(
    underlying: str, currency: str, strike: float, *, put: bool = False, volatility: float | None = 0.3
) -> Instrument:
    """Return an option that expires in half a year."""
    terms = OptionTerms(
        type=OptionType.PUT if put else OptionType.CALL,
        underlying=underlying,
        strike=strike,
        expiry=dt.date(2026, 12, 30),
        volatility=volatility,
        rate_continuous=0.03,
        dividend_yield=0.01,
    )
    return Instrument(symbol=f"{underlying} {strike:g}", currency=currency, kind=Kind.OPTION, option=terms)


def _spot(symbol: str, currency: str, kind: Kind = Kind.EQUITY) -> Position:
    return Position(instrument=Instrument(symbol=symbol, currency=currency, kind=kind), quantity=1.0)


KINDS = (
    *(_spot("AAA", "USD"), _spot("BBB", "USD"), _spot("LOGS", "USD"), _spot("OIL", "USD")),
    *(_spot("STILL", "USD"), _spot("AAA", "EUR"), _spot("BBB", "GBX"), _spot("LOGS", "JPY")),
    *(_spot("OIL", "EUR"), _spot("EURUSD", "USD", Kind.FX), _spot("USDCHF", "CHF", Kind.FX)),
    *(_spot("EURGBP", "GBP", Kind.FX), _spot("EUR", "EUR", Kind.CASH), _spot("USD", "USD", Kind.CASH)),
    replace(_spot("AAA", "USD"), price=90.0),
    replace(_spot("BBB", "JPY"), price=60.0),
    *(Position(instrument=option("AAA", "USD", 105.0), quantity=1.0),),
    *(Position(instrument=option("AAA", "EUR", 95.0, put=True), quantity=1.0),),
    *(Position(instrument=option("BBB", "GBP", 55.0, volatility=None), quantity=1.0),),
    *(Position(instrument=option("BBB", "JPY", 40.0, put=True, volatility=0.25), quantity=1.0, price=0.5),),
    *(Position(instrument=option("AAA", "USD", 100.0, volatility=None), quantity=1.0, price=9.0),),
    *(Position(instrument=option("USDJPY", "JPY", 150.0), quantity=1.0),),
    *(Position(instrument=option("EURUSD", "USD", 1.3), quantity=1.0),),
    *(Position(instrument=option("JPYUSD", "USD", 0.007), quantity=1.0),),
    *(Position(instrument=option("OIL", "USD", 3.0, put=True), quantity=1.0),),
)
_LABELS = st.fixed_dictionaries({}, optional={name: st.sampled_from("xyz") for name in ATTRIBUTES})
QUANTITIES = st.one_of(st.just(0.0), st.floats(-1e4, 1e4))
POSITIONS = st.builds(
    lambda one, quantity, labels: replace(one, quantity=quantity, attributes=labels),
    st.sampled_from(KINDS),
    QUANTITIES,
    _LABELS,
)
BOOKS = st.lists(POSITIONS, min_size=1, max_size=25).map(lambda held: Portfolio("live", tuple(held)))
TREES = st.lists(st.sampled_from([*ATTRIBUTES, "symbol", "currency"]), unique=True, max_size=5)


def wide_portfolio(size: int, *, options: int = 0, seed: int = 3) -> tuple[Portfolio, MarketSnapshot]:
    """Return `size` positions in as many shares, the last of them options, in a tree of 4 × 4 × 4 books."""
    generator, number = np.random.default_rng(seed), count()
    held = []
    for k in generator.permutation(size).tolist():
        labels = {"desk": f"d{k % 4}", "book": f"b{k // 4 % 4}", "trader": f"t{k // 16 % 4}"}
        symbol, quantity = f"S{next(number):03d}", float(generator.integers(-900, 900))
        instrument = Instrument(symbol=symbol, currency="USD")
        if k >= size - options:
            instrument = option(symbol, "USD", 100.0)
        held.append(Position(instrument=instrument, quantity=quantity, attributes=labels))
    levels = {f"S{k:03d}": float(generator.uniform(50, 150)) for k in range(size)}
    quotes = {name: Quote(level, Quality.OBSERVED, TODAY) for name, level in levels.items()}
    return Portfolio("wide", tuple(held)), MarketSnapshot(TODAY, quotes)


def scenarios_of(names: tuple[str, ...], size: int, seed: int = 11) -> ScenarioSet:
    """Return `size` random relative moves of every name."""
    moves = np.random.default_rng(seed).normal(0.0, 0.02, (size, len(names)))
    weights = np.full(size, 1.0 / size)
    labels = [str(k) for k in range(size)]
    return ScenarioSet(tuple(map(RiskFactor, names)), moves, weights, labels, 1, "random", float(size))
