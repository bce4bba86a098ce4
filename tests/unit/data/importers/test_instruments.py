"""What a row holds."""

import datetime as dt

import pytest

from plimsoll.data.importers.cells import Cells, Note, read_conventions
from plimsoll.data.importers.columns import assign_columns
from plimsoll.data.importers.instruments import read_instrument
from plimsoll.data.importers.table import read_table
from plimsoll.data.importers.text_file import TextFile
from plimsoll.errors import DataError
from plimsoll.risk.portfolio import Instrument, Kind, OptionTerms, OptionType


def cells_of(**row: str) -> Cells:
    row = {"symbol": "X", "quantity": "1", **row}
    lines = ("|".join(row) + "\n", "|".join(row.values()) + "\n")
    table = read_table(TextFile("book.csv", lines, "UTF-8", ""))
    columns = assign_columns(table.header.cells)
    return Cells(table.rows[0], columns, read_conventions(table, columns))


def option(**changes: str) -> Cells:
    terms = {"type": "call", "underlying": "AAPL", "strike": "150", "expiry": "2026-01-16"}
    return cells_of(**{**terms, **changes})


def terms_of(cells: Cells) -> OptionTerms:
    terms = read_instrument(cells).option
    assert terms is not None
    return terms


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("", Kind.EQUITY), ("--", Kind.EQUITY), ("Equity", Kind.EQUITY), ("STOCK", Kind.EQUITY),
        ("shares", Kind.EQUITY), ("Common Stock", Kind.EQUITY), ("etf", Kind.ETF), ("Mutual Fund", Kind.ETF),
        ("ETFs & Closed End Funds", Kind.ETF), ("Crypto", Kind.CRYPTO),
    ],
)  # fmt: skip
def test_types_of_priced_instruments(word: str, kind: Kind) -> None:
    """Each usual word for a type gives its kind; an empty type is equity; the currency may be unknown."""
    assert read_instrument(cells_of(type=word, name="Ex")) == Instrument(
        symbol="X", currency="", kind=kind, name="Ex"
    )


@pytest.mark.parametrize("word", ["bond", "future", "swap", "Fixed Income", "??"])
def test_unknown_types_are_refused(word: str) -> None:
    """What cannot be valued is refused with the list of what can."""
    with pytest.raises(DataError, match="not a type that can be valued") as caught:
        read_instrument(cells_of(type=word))
    assert "equity" in caught.value.remedy
    assert caught.value.column == "type"


@pytest.mark.parametrize("symbol", ["USD", "usd", "EUR", "JPY"])
def test_a_currency_code_is_cash(symbol: str) -> None:
    """A currency as the symbol is cash in it, which is noted where no type says so."""
    cells = cells_of(symbol=symbol)
    assert read_instrument(cells) == Instrument(
        symbol=symbol.upper(), currency=symbol.upper(), kind=Kind.CASH
    )
    assert cells.notes == {Note.CASH_BY_SYMBOL}


@pytest.mark.parametrize("symbol", ["AMD", "COP", "TTD", "NIO", "BND", "ALL"])
def test_a_code_that_is_a_famous_ticker_is_a_share(symbol: str) -> None:
    """A share does not turn into drams; with the type cash it does."""
    assert read_instrument(cells_of(symbol=symbol)).kind is Kind.EQUITY
    assert read_instrument(cells_of(symbol=symbol, type="cash")).currency == symbol


@pytest.mark.parametrize(("column", "text"), [("price", "4.5"), ("currency", "USD"), ("price", "€1")])
def test_a_code_that_looks_like_a_share_is_refused(column: str, text: str) -> None:
    """NOK at 4.50 dollars may be Nokia: without a type the row is refused, with one it is read."""
    row = {column: text, "symbol": "NOK"}
    with pytest.raises(DataError) as caught:
        read_instrument(cells_of(**row))
    assert caught.value.remedy
    if column == "currency":
        assert read_instrument(cells_of(**row, type="stock")).kind is Kind.EQUITY


def test_cash_in_words_needs_a_currency() -> None:
    """CASH takes the currency of its column and keeps its own name; without one it is refused."""
    cash = Instrument(symbol="EUR", currency="EUR", kind=Kind.CASH, name="Cash")
    assert read_instrument(cells_of(symbol="Cash", currency="eur", price="1.00")) == cash
    sweep = read_instrument(
        cells_of(symbol="Sweep", type="Cash and Money Market", currency="EUR", name="Bank")
    )
    assert sweep == Instrument(symbol="EUR", currency="EUR", kind=Kind.CASH, name="Bank")
    with pytest.raises(DataError, match="currency of this cash is not stated") as caught:
        read_instrument(cells_of(symbol="CASH"))
    assert caught.value.column == "currency"


def test_cash_takes_no_contradiction() -> None:
    """Cash with a price other than 1, or in another currency than its symbol, is refused."""
    with pytest.raises(DataError, match="price other than 1"):
        read_instrument(cells_of(symbol="USD", type="cash", price="2"))
    with pytest.raises(DataError, match="USD cash but the currency is EUR"):
        read_instrument(cells_of(symbol="USD", type="cash", currency="EUR"))


def test_cash_may_be_in_pence() -> None:
    """A minor unit is a currency of cash when the type says so."""
    assert read_instrument(cells_of(symbol="GBp", type="cash")).currency == "GBp"


@pytest.mark.parametrize(
    ("symbol", "word"), [("EURUSD", ""), ("EUR/USD", ""), ("eurusd", "fx"), ("EURUSD", "Spot")]
)
def test_pairs_are_fx_in_their_quote_currency(symbol: str, word: str) -> None:
    """Six letters of two currencies are a pair, priced in the second."""
    pair = Instrument(symbol="EURUSD", currency="USD", kind=Kind.FX)
    assert read_instrument(cells_of(symbol=symbol, type=word)) == pair


def test_fx_takes_no_contradiction() -> None:
    """The type fx needs a pair, and its price is in the quote currency."""
    with pytest.raises(DataError, match="not a currency pair"):
        read_instrument(cells_of(symbol="EUR", type="fx"))
    with pytest.raises(DataError, match="is in USD, not in EUR"):
        read_instrument(cells_of(symbol="EURUSD", currency="EUR"))


def test_an_option_has_all_its_terms() -> None:
    """Every term of an option is read, percentages as fractions."""
    cells = option(multiplier="10", volatility="25%", rate="4%", dividend_yield="0.01", currency="USD")
    assert terms_of(cells) == OptionTerms(
        type=OptionType.CALL,
        underlying="AAPL",
        strike=150.0,
        expiry=dt.date(2026, 1, 16),
        multiplier=10.0,
        volatility=0.25,
        rate_continuous=0.04,
        dividend_yield=0.01,
    )
    assert not cells.notes


@pytest.mark.parametrize("underlying", ["USDJPY", "usd/jpy", "USDJPY=X"])
def test_an_option_on_a_pair_is_in_its_second_currency(underlying: str) -> None:
    """The price of an FX option is in the currency of its strike; another one is refused."""
    for currency in ("", "JPY"):
        assert read_instrument(option(underlying=underlying, currency=currency)).currency == "JPY"
    with pytest.raises(DataError, match="is in JPY, not in USD") as caught:
        read_instrument(option(underlying=underlying, currency="USD"))
    assert (caught.value.column, caught.value.remedy) == ("currency", "Write JPY or leave it empty.")
    assert read_instrument(option(underlying="GOOGLE", currency="EUR")).currency == "EUR"


def test_a_missing_multiplier_is_100_and_noted() -> None:
    """The usual contract size is taken and said."""
    cells = option()
    assert (terms_of(cells).multiplier, terms_of(cells).volatility) == (100.0, None)
    assert cells.notes == {Note.MULTIPLIER}


@pytest.mark.parametrize(
    ("text", "volatility", "noted"), [("25", 0.25, True), ("3", 3.0, False), ("0.2", 0.2, False)]
)
def test_a_volatility_above_3_is_a_percentage(text: str, volatility: float, noted: bool) -> None:
    """Without a percent sign the size decides, and the note says so."""
    cells = option(volatility=text, multiplier="1")
    assert terms_of(cells).volatility == volatility
    assert cells.notes == ({Note.VOLATILITY_PERCENT} if noted else set())


@pytest.mark.parametrize(
    ("word", "right", "expected"),
    [("call", "", OptionType.CALL), ("PUT", "p", OptionType.PUT), ("option", "C", OptionType.CALL),
     ("", "put", OptionType.PUT), ("Options", "Put", OptionType.PUT)],
)  # fmt: skip
def test_the_right_comes_from_type_or_right(word: str, right: str, expected: OptionType) -> None:
    """Call or put may stand in either column; terms without a type make an option."""
    assert terms_of(option(type=word, right=right)).type is expected


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"type": "option"}, "right"), ({"type": ""}, "right"), ({"type": "call", "right": "put"}, "type"),
        ({"type": "equity", "right": "put"}, "right"), ({"right": "equity"}, "right"),
        ({"underlying": ""}, "underlying"),
        ({"strike": ""}, "strike"), ({"strike": "-5"}, "strike"), ({"strike": "0"}, "strike"),
        ({"expiry": ""}, "expiry"), ({"expiry": "03/04/2026"}, "expiry"), ({"multiplier": "0"}, "multiplier"),
        ({"volatility": "0"}, "volatility"), ({"rate": "500"}, "rate"),
        ({"dividend_yield": "x"}, "dividend_yield"),
        ({"type": "equity"}, "strike"), ({"type": "equity", "strike": "0"}, "expiry"),
        ({"type": "cash"}, "strike"),
    ],
)  # fmt: skip
def test_incomplete_or_contradictory_options_are_refused(changes: dict[str, str], column: str) -> None:
    """A missing, impossible or contradictory term is refused with the column to blame and a remedy."""
    with pytest.raises(DataError) as caught:
        read_instrument(option(**changes))
    assert caught.value.column == column
    assert caught.value.remedy


def test_terms_of_nothing_do_no_harm() -> None:
    """A strike of 0 and a multiplier of 1, as exports fill them in for shares, change nothing; others do."""
    assert read_instrument(cells_of(strike="0", multiplier="1", underlying="X")).kind is Kind.EQUITY
    with pytest.raises(DataError, match="has a multiplier"):
        read_instrument(cells_of(multiplier="50"))


def test_a_currency_sign_states_the_currency() -> None:
    """A euro sign at the price is the currency where no column says so, and is noted."""
    cells = cells_of(price="€5")
    assert read_instrument(cells).currency == "EUR"
    assert cells.notes == {Note.CURRENCY_BY_SIGN}
    assert read_instrument(cells_of(price="$5")).currency == ""


@pytest.mark.parametrize("symbol", ["", "--", "x" * 101])
def test_a_symbol_is_needed(symbol: str) -> None:
    """A missing or endless symbol is refused."""
    with pytest.raises(DataError, match="symbol"):
        read_instrument(cells_of(symbol=symbol))


@pytest.mark.parametrize("kind", ["", "etf", "crypto"])
@pytest.mark.parametrize(("price", "remedy"), [("-5", "negative quantity"), ("0", "0 as its quantity")])
def test_a_stated_price_is_above_zero(kind: str, price: str, remedy: str) -> None:
    """Nothing is held at a price of zero or below, and the remedy says what to write instead."""
    with pytest.raises(DataError, match="not above zero") as caught:
        read_instrument(cells_of(type=kind, price=price))
    assert caught.value.column == "price"
    assert remedy in caught.value.remedy
    assert read_instrument(cells_of(type=kind, price="0.01")).symbol == "X"


@pytest.mark.parametrize(
    ("rate", "value"), [("4.5", 0.045), ("-2", -0.02), ("1", 1.0), ("0.5", 0.5), ("30%", 0.3)]
)
def test_rates_and_what_is_noted_about_them(rate: str, value: float) -> None:
    """A number above 1 is in percent, and a rate above 25 % is noted."""
    cells = option(rate=rate)
    assert terms_of(cells).rate_continuous == value
    assert (Note.RATE_PERCENT in cells.notes) == (rate in ("4.5", "-2"))
    assert (Note.HIGH_RATE in cells.notes) == (value > 0.25)
