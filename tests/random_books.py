"""Books of the small market for property tests: shares at home and abroad, cash and options, with labels."""

import datetime as dt
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from plimsoll.risk.portfolio import Instrument, Kind, OptionTerms, OptionType, Position
from plimsoll.risk.scenarios.monte_carlo import Distribution
from plimsoll.workflows.request import Method, ReportRequest
from small_book import cash, share

LABELS = st.fixed_dictionaries(
    {}, optional={"desk": st.sampled_from(["one", "two", "drei ä"]), "sector": st.sampled_from(["x", "y"])}
)
QUANTITIES = st.floats(-1e4, 1e4).map(lambda number: round(number, 3))


def option(strike: float = 100.0, quantity: float = 1.0, **labels: str) -> Position:
    """Return a position in puts on AAA that expire long after the small market ends."""
    terms = OptionTerms(
        type=OptionType.PUT, underlying="AAA", strike=strike, expiry=dt.date(2026, 1, 16), volatility=0.3
    )
    instrument = Instrument(symbol=f"AAA P{strike:g}", currency="USD", kind=Kind.OPTION, option=terms)
    return Position(instrument=instrument, quantity=quantity, attributes=labels)


def _position(kind: str, quantity: float, labels: dict[str, str]) -> Position:
    if kind == "option":
        return option(90.0, quantity, **labels)
    if kind == "cash":
        return cash("EUR", quantity, **labels)
    return replace(share(kind, quantity), attributes=labels)


POSITIONS = st.builds(_position, st.sampled_from(["AAA", "BBB", "cash", "option"]), QUANTITIES, LABELS)
BOOKS = st.lists(POSITIONS, min_size=1, max_size=8)

_METHODS: list[dict[str, Any]] = [
    {},
    {"decay": 0.98, "horizon_days": 3},
    {"method": Method.PARAMETRIC},
    {"method": Method.MONTE_CARLO, "draws": 300, "distribution": Distribution.STUDENT_T, "seed": 7},
]
REQUESTS = st.sampled_from(_METHODS).map(lambda options: ReportRequest(**{"days": 60, **options}))
