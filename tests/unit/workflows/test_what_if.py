"""What-if: exactly what a full recomputation of the book with the trade in it says."""

from dataclasses import replace
from uuid import UUID, uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.data.importers.portfolio_csv import ImportedPortfolio
from plimsoll.data.price_table import PriceTable
from plimsoll.data.store.database import Database
from plimsoll.errors import NotFoundError, UsageError
from plimsoll.reporting.report import RiskReport
from plimsoll.risk.failures import Reason
from plimsoll.risk.portfolio import Instrument, Position
from plimsoll.workflows.cube_store import from_bytes, to_bytes
from plimsoll.workflows.figures import Tail
from plimsoll.workflows.ground import ground_from
from plimsoll.workflows.request import Method, ReportRequest
from plimsoll.workflows.risk_report import calculate
from plimsoll.workflows.what_if import Trade, WhatIf, what_if, what_if_on
from random_books import BOOKS, POSITIONS, REQUESTS, option
from small_book import book, cash, share, small_market
from stored_book import stored_run

HELD = (share("AAA", 10.0), share("BBB", 5.0), cash("EUR", 100.0), option(90.0, 1.0))
BOOK = (share("AAA", 10.0, desk="one"), cash("USD", 100.0))
HISTORICAL = ReportRequest(days=60)


def _what_if(
    positions: tuple[Position, ...],
    trades: list[Trade],
    request: ReportRequest = HISTORICAL,
    prices: PriceTable | None = None,
) -> WhatIf:
    """Return the what-if on the stored bytes of a book's cube."""
    prices = prices or small_market()
    imported: ImportedPortfolio = book(*positions)
    cube = from_bytes(to_bytes(calculate(imported, prices, request).cube))
    ground = ground_from(imported, prices, request)
    return what_if_on(ground, cube, Tail.of(request, cube.scenarios), trades)


def _agrees(found: WhatIf, report: RiskReport) -> None:
    scale = report.gross_value + float(np.abs(report.pnl).max()) + 1.0
    assert found.after.value == pytest.approx(report.value, abs=1e-12 * scale)
    for after, whole in ((found.after.var, report.var), (found.after.es, report.es)):
        assert after.value == pytest.approx(whole.value, abs=1e-11 * scale)
        assert (after.estimator, after.scenarios) == (whole.estimator, whole.scenarios)


@given(BOOKS, st.lists(POSITIONS, min_size=1, max_size=3), REQUESTS)
def test_it_equals_a_full_recomputation(
    positions: list[Position], trades: list[Position], request_: ReportRequest
) -> None:
    """Figures after any trades equal those of the report of the book with the trades in it."""
    held = (*HELD, *positions)
    found = _what_if(held, [replace(trade, row=None) for trade in trades], request_)
    _agrees(found, calculate(book(*held, *trades), small_market(), request_).report)
    before = calculate(book(*held), small_market(), request_).report
    assert (found.before.value, found.before.var, found.before.es) == (before.value, before.var, before.es)
    assert found.failures == ()


@given(BOOKS, st.sampled_from(["AAA", "BBB", "EUR", "AAA P90"]), REQUESTS)
def test_buying_nothing_changes_nothing(
    positions: list[Position], symbol: str, request_: ReportRequest
) -> None:
    """No trade, or one of quantity zero, leaves every figure exactly as it was."""
    held = (*HELD, *positions)
    for trades in ([], [(symbol, 0.0)]):
        found = _what_if(held, list(trades), request_)
        assert found.after == found.before
        assert (found.value_change, found.var_change, found.es_change) == (0.0, 0.0, 0.0)
        assert [(trade.value, trade.component_es) for trade in found.trades] == [(0.0, 0.0)] * len(trades)


@given(st.floats(0.1, 1e3), REQUESTS)
def test_selling_a_position_takes_it_out(quantity: float, request_: ReportRequest) -> None:
    """Selling all of a position by its symbol alone gives the book without it; the option keeps its terms."""
    held = (share("AAA", 10.0), share("BBB", 5.0), option(90.0, quantity))
    found = _what_if(held, [("AAA P90", -quantity)], request_)
    _agrees(found, calculate(book(*held[:2]), small_market(), request_).report)


def test_components_of_the_trades_are_those_of_their_positions() -> None:
    """The part of each trade in the figures after equals its component in the recomputed report."""
    trades: list[Trade] = [("BBB", -4.0), share("AAA", 3.0, row=99)]
    found = _what_if((*BOOK, share("BBB", 2.0)), trades)
    report = calculate(
        book(*BOOK, share("BBB", 2.0), share("BBB", -4.0), share("AAA", 3.0, row=99)),
        small_market(),
        HISTORICAL,
    ).report
    by_quantity = {(p.symbol, p.quantity): p for p in report.positions}
    for trade in found.trades:
        position = by_quantity[trade.symbol, trade.quantity]
        assert (trade.value, trade.price) == (position.value, position.price)
        assert trade.component_var == pytest.approx(position.component_var, rel=1e-9)
        assert trade.component_es == pytest.approx(position.component_es, rel=1e-9)
    assert found.var_change == found.after.var.value - found.before.var.value
    assert found.es_change == pytest.approx(report.es.value - found.before.es.value)
    assert found.value_change == pytest.approx(sum(trade.value for trade in found.trades))


@pytest.mark.parametrize(
    "request_",
    [
        HISTORICAL,
        ReportRequest(days=60, decay=0.97, horizon_days=5),
        ReportRequest(days=60, method=Method.PARAMETRIC, horizon_days=10),
    ],
    ids=["historical", "overlapping", "parametric"],
)
def test_a_symbol_that_the_book_does_not_hold(request_: ReportRequest) -> None:
    """A share of the price set and its exchange rate join on the scenarios of the book, as if held before."""
    found = _what_if(BOOK, [("BBB", 25.0)], request_)
    _agrees(found, calculate(book(*BOOK, share("BBB", 25.0)), small_market(), request_).report)
    assert [trade.symbol for trade in found.trades] == ["BBB"]


def test_a_trade_never_moves_the_dates_of_the_book() -> None:
    """A coin that also trades when the book does not is measured on the dates of the book."""
    market = small_market()
    prices = market.prices.copy()
    prices[5::7, 0] = np.nan
    found = _what_if(BOOK, [("BBB", 1.0)], prices=replace(market, prices=prices))
    assert found.before.var.scenarios == found.after.var.scenarios == 60
    assert found.failures == ()


def test_what_cannot_be_valued_is_named_and_the_rest_stands() -> None:
    """An unknown symbol, a wrong currency and a missing rate are failures; the other trade counts."""
    trades: list[Trade] = [
        ("XXX", 1.0),
        share("BBB", 1.0, currency="CHF"),
        share("AAA", 1.0, currency="SEK"),
        ("AAA", 1.0),
    ]
    found = _what_if(BOOK, trades)
    assert {(failure.item, failure.reason) for failure in found.failures} == {
        ("XXX", Reason.UNKNOWN_SYMBOL),
        ("BBB", Reason.CURRENCY_MISMATCH),
        ("AAA", Reason.MISSING_FX),
    }
    assert [(trade.symbol, trade.quantity) for trade in found.trades] == [("AAA", 1.0)]


def test_random_scenarios_know_only_what_was_drawn() -> None:
    """Monte Carlo refuses a factor that it drew no moves of and says what to do; what it drew it values."""
    request = ReportRequest(days=60, method=Method.MONTE_CARLO, draws=200)
    found = _what_if(BOOK, [("BBB", 1.0), ("AAA", 1.0)], request)
    assert [(failure.item, failure.reason) for failure in found.failures] == [("BBB", Reason.UNKNOWN_SYMBOL)]
    assert "drew no moves of BBB" in found.failures[0].message
    assert [trade.symbol for trade in found.trades] == ["AAA"]


def test_a_bare_symbol_takes_the_price_that_the_book_states() -> None:
    """A trade in a held instrument is made at the price that the book states, unless it states its own."""
    held = replace(share("AAA", 10.0, currency="USD"), price=90.0)
    stated = replace(share("AAA", 1.0), price=80.0)
    found = _what_if((held,), [("AAA", 1.0), share("AAA", 1.0), stated])
    assert [trade.price for trade in found.trades] == [90.0, 90.0, 80.0]


def test_a_bare_symbol_must_be_one_instrument() -> None:
    """A symbol that the book holds at two prices is refused until the trade says which."""
    held = (share("AAA", 10.0), replace(share("AAA", 1.0), price=90.0))
    with pytest.raises(UsageError, match="2 different"):
        _what_if(held, [("AAA", 1.0)])
    full = Position(instrument=Instrument(symbol="AAA", currency="USD"), quantity=1.0)
    assert len(_what_if(held, [full]).trades) == 1


@pytest.mark.anyio
async def test_a_stored_run_is_asked(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """A stored run answers as its cube does, again from memory, and to its own tenant alone."""
    stored = await stored_run(database, tenant, BOOK, HISTORICAL)
    expected = _what_if(BOOK, [("BBB", 25.0), ("AAA", -3.0)])
    for _ in range(2):
        assert await what_if(database, tenant, stored.id, [("BBB", 25.0), ("AAA", -3.0)]) == expected
    for whose, run in ((other_tenant, stored.id), (tenant, uuid4())):
        with pytest.raises(NotFoundError):
            await what_if(database, whose, run, [])
