"""From what a file says to what the engine needs."""

from dataclasses import replace

import numpy as np
import pytest

from plimsoll.data.history import HistoryResult
from plimsoll.risk.failures import Reason
from plimsoll.risk.market import MarketHistory, MarketSnapshot, Quality, Quote
from plimsoll.risk.portfolio import Instrument, Kind, OptionTerms, OptionType, Portfolio, Position
from plimsoll.workflows.inputs import (
    doubted_prices,
    factor_names,
    in_order,
    known_value,
    needed_currencies,
    needed_symbols,
    price_factor,
    state_currencies,
)
from small_book import book, cash, share, small_market

TERMS = OptionTerms(
    type=OptionType.CALL, underlying="BBB", strike=50.0, expiry=small_market().dates[-1].astype(object)
)
OPTION = Position(
    instrument=Instrument(symbol="O", currency="", kind=Kind.OPTION, option=TERMS), quantity=1.0
)


def test_price_factor() -> None:
    """A share moves with itself, an option with its underlying, cash with nothing."""
    assert price_factor(share("AAA", 1.0)) == "AAA"
    assert price_factor(OPTION) == "BBB"
    assert price_factor(cash("USD", 1.0)) is None


def test_factor_names_add_the_exchange_rate() -> None:
    """A position abroad moves with its price and its exchange rate, in major units."""
    assert factor_names(share("AAA", 1.0, currency="GBX"), "USD") == ("AAA", "GBPUSD")
    assert factor_names(share("AAA", 1.0, currency="GBX"), "GBP") == ("AAA",)
    assert factor_names(cash("EUR", 1.0), "USD") == ("EURUSD",)


def test_what_is_needed_is_named_once_and_sorted() -> None:
    """Symbols and major currencies of a book, each once."""
    held = Portfolio("p", (share("BBB", 1.0, "GBX"), share("AAA", 1.0, "GBP"), cash("EUR", 1.0), OPTION))
    assert needed_symbols(held) == ["AAA", "BBB"]
    assert needed_currencies(replace(held, positions=held.positions[:3])) == ["EUR", "GBP"]


def test_currency_comes_from_the_file_then_the_prices_then_the_base() -> None:
    """A stated currency stays, else that of the prices, else the base currency, which is recorded."""
    held = book(share("AAA", 1.0, "CHF"), share("BBB", 1.0), OPTION, share("EURUSD", 1.0), share("ZZZ", 1.0))
    portfolio, failures, assumptions = state_currencies(held.portfolio, small_market(), "USD")
    assert {p.instrument.symbol: p.instrument.currency for p in portfolio.positions} == {
        "AAA": "CHF",
        "BBB": "EUR",
        "O": "EUR",
        "EURUSD": "USD",
        "ZZZ": "USD",
    }
    assert failures == ()
    assert [assumption.items for assumption in assumptions] == [("EURUSD", "ZZZ")]


def test_a_symbol_written_differently_finds_its_currency() -> None:
    """The currency of BBB serves a position in bbb, as its prices do."""
    portfolio, _, _ = state_currencies(book(share("bbb", 1.0)).portfolio, small_market(), "USD")
    assert portfolio.positions[0].instrument.currency == "EUR"


def test_what_a_position_left_out_was_last_worth() -> None:
    """Quantity, the last price that is known, the rate and the unit; None where one of them is missing."""
    today = small_market().dates[-1].astype(object)
    empty = MarketHistory(small_market().dates[-1:], (), np.empty((1, 0)), np.empty((1, 0), np.uint8))
    rate, price = Quote(1.2, Quality.OBSERVED, today), Quote(50.0, Quality.STALE, today)
    market = HistoryResult(empty, MarketSnapshot(today, {"GBPUSD": rate}), {}, (), {"AAA": price})
    assert known_value(share("AAA", -3.0, "GBX"), market, "USD") == pytest.approx(-3 * 50 * 1.2 / 100)
    assert known_value(replace(share("ZZZ", 2.0, "USD"), price=7.0), market, "USD") == pytest.approx(14.0)
    assert known_value(share("ZZZ", 2.0, "USD"), market, "USD") is None
    assert known_value(share("AAA", 2.0, "SEK"), market, "USD") is None
    assert known_value(OPTION, market, "USD") is None


def test_the_order_of_rows_is_forgotten() -> None:
    """Rows in any order give one order, in which equal sums have equal bits."""
    rows = (share("BBB", 1.0), share("AAA", 2.0), share("AAA", 1.0, row=7), share("AAA", 1.0, book="x"))
    found = in_order(Portfolio("p", rows)).positions
    assert [(p.instrument.symbol, p.quantity) for p in found] == [
        ("AAA", 1),
        ("AAA", 1),
        ("AAA", 2),
        ("BBB", 1),
    ]
    assert in_order(Portfolio("p", rows[::-1])).positions == found


def test_prices_of_the_file_are_named_and_doubted_where_far_off() -> None:
    """Stated prices are listed; one that is a hundred times the market's is pointed out."""
    today = small_market().dates[-1].astype(object)
    snapshot = MarketSnapshot(today, {"AAA": Quote(95.0, Quality.OBSERVED, today)})
    fair, pence = (replace(share("AAA", 1.0), price=price) for price in (100.0, 9500.0))
    unknown = replace(share("ZZZ", 1.0), price=5.0)
    assert doubted_prices([share("AAA", 1.0), cash("USD", 1.0)], snapshot) == ()
    assert [note.topic for note in doubted_prices([fair, unknown], snapshot)] == ["price"]
    named, doubt = doubted_prices([pence, unknown], snapshot)
    assert named.items == ("AAA", "ZZZ")
    assert "100 times the market's 95" in doubt.text


def test_a_disagreement_is_a_failure() -> None:
    """A position whose file and prices name different currencies is left out and says so."""
    portfolio, failures, assumptions = state_currencies(
        book(share("BBB", 1.0, "USD", row=4), share("BBB", 2.0, "EUR")).portfolio, small_market(), "USD"
    )
    assert [p.quantity for p in portfolio.positions] == [2.0]
    assert [(failure.reason, failure.row, failure.column) for failure in failures] == [
        (Reason.CURRENCY_MISMATCH, 4, "currency")
    ]
    assert assumptions == ()
