"""Currency codes, pairs and signs."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.data.importers.currencies import (
    currency_of_sign,
    is_cash_symbol,
    is_currency,
    pair_of,
    read_currency,
)
from plimsoll.errors import DataError


@pytest.mark.parametrize(
    ("text", "code"),
    [("", ""), ("usd", "USD"), ("Eur", "EUR"), ("GBX", "GBX"), ("GBp", "GBp"), ("gbp", "GBP"),
        ("ZAc", "ZAc"),
     ("ILA", "ILA"), ("gbx", "GBX")],
)  # fmt: skip
def test_codes_are_upper_case_but_minor_units_stay(text: str, code: str) -> None:
    """Codes become upper case, except where the case tells pence from pounds."""
    assert read_currency(text) == code


@pytest.mark.parametrize("text", ["US", "USDT", "$", "U5D", "ÜSD", "us dollar", "ſſſ"])
def test_anything_but_three_letters_is_refused(text: str) -> None:
    """A currency is three Latin letters."""
    with pytest.raises(DataError, match="not a currency code") as caught:
        read_currency(text, column="Ccy")
    assert caught.value.column == "Ccy"


@given(st.text(max_size=5))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    """What is read is empty or three letters."""
    with suppress(DataError):
        assert len(read_currency(text)) in (0, 3)


def test_tickers_that_are_also_codes_are_not_cash() -> None:
    """AMD is rather a share than the Armenian dram, but both are currencies when the file says so."""
    assert is_currency("AMD")
    assert not is_cash_symbol("AMD")
    assert is_cash_symbol("eur")
    assert is_currency("GBX")
    assert not is_currency("ABC")


@pytest.mark.parametrize(
    "symbol", ["EURUSD", "eurusd", "EUR/USD", "EUR.USD", "EUR-USD", "EUR USD", "EURUSD=X"]
)
def test_pairs_are_recognised(symbol: str) -> None:
    """The usual ways to write a pair give the two currencies."""
    assert pair_of(symbol) == ("EUR", "USD")


@pytest.mark.parametrize("symbol", ["GOOGLE", "EUREUR", "EUR", "BTC-USD", "EURUSDX", "ABCUSD", "USDABC"])
def test_other_symbols_are_no_pairs(symbol: str) -> None:
    """Six letters that are not two different currencies are a symbol like any other."""
    assert pair_of(symbol) is None


def test_signs_give_or_confirm_the_currency() -> None:
    """A sign of one currency states it; a sign of several states nothing; a contradiction is refused."""
    assert currency_of_sign("€", "", column="price") == "EUR"
    assert currency_of_sign("$", "", column="price") == ""
    assert currency_of_sign("$", "CAD", column="price") == "CAD"
    assert currency_of_sign("", "CHF", column="price") == "CHF"
    with pytest.raises(DataError, match="written with £ but the currency is GBX"):
        currency_of_sign("£", "GBX", column="price")
