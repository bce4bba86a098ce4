"""Header words and their synonyms."""

import pytest

from plimsoll.data.importers.columns import assign_columns, known_columns
from plimsoll.errors import DataError


@pytest.mark.parametrize(
    ("title", "column"),
    [
        ("Symbol", "symbol"), ("TICKER", "symbol"), (" ticker ", "symbol"), ("Symbol/Ticker", "symbol"),
        ("shares", "quantity"), ("Qty", "quantity"), ("Qty (Quantity)", "quantity"), ("units", "quantity"),
        ("position", "quantity"), ("Last Price", "price"), ("last_price", "price"), ("CCY", "currency"),
        ("Asset Class", "type"), ("asset-class", "type"), ("option type", "right"), ("put_call", "right"),
        ("Put/Call", "right"), ("Expiration", "expiry"), ("maturity", "expiry"), ("IV", "volatility"),
        ("Implied Vol.", "volatility"), ("contract size", "multiplier"), ("Description", "name"),
        ("Symbole", "symbol"), ("Valeur", "symbol"), ("Símbolo", "symbol"), ("simbolo", "symbol"),
        ("Titolo", "symbol"), ("Cours", "price"), ("Prezzo", "price"), ("Precio", "price"),
        ("Quantite\u0301", "quantity"), ("Quantità", "quantity"), ("Divisa", "currency"),
        ("dividend_yield", "dividend_yield"), ("Risk-free rate", "rate"), ("Strike Price", "strike"),
    ],
)  # fmt: skip
def test_synonyms_are_known(title: str, column: str) -> None:
    """Synonyms in any case and with any word break mean the same column."""
    assert known_columns([title]) == {column: 0}


@pytest.mark.parametrize(
    "title", ["ISIN", "sector", "Book", "cost basis", "Price (EUR)", "Price (GBp)", "", "market value"]
)
def test_other_headers_have_no_meaning(title: str) -> None:
    """Everything else is a label; a unit in parentheses is not dropped to make a column fit."""
    assert known_columns([title]) == {}


def test_the_best_synonym_wins() -> None:
    """Of two columns that could be the same, the plainer name wins and the other is an attribute."""
    columns = assign_columns(["Ticker", "Symbol", "Last", "Position", "Quantity", "Price"])
    assert columns.known == {"symbol": 1, "quantity": 4, "price": 5}
    assert columns.attributes == {"ticker": 0, "last": 2, "position": 3}


def test_a_column_has_one_meaning() -> None:
    """A header whose two names mean different columns is used once."""
    assert known_columns(["Symbol (Name)", "Shares"]) == {"symbol": 0, "quantity": 1}


def test_attributes_keep_their_header() -> None:
    """Attributes are trimmed and lower case; a column without a name gets its number."""
    columns = assign_columns(["", "symbol", "quantity", " GICS Sector "])
    assert columns.attributes == {"column 1": 0, "gics sector": 3}
    assert columns.title("symbol") == "symbol"
    assert columns.title("price") == "price"
    assert columns.numeric == ("quantity",)


@pytest.mark.parametrize(
    "header", [["symbol", "quantity", "Book", "book "], ["Symbol", "SYMBOL", "quantity"]]
)
def test_equal_names_are_refused(header: list[str]) -> None:
    """Two columns of the same name cannot both be kept."""
    with pytest.raises(DataError, match="have the same name"):
        assign_columns(header)


def test_a_known_column_can_become_an_attribute() -> None:
    """A column that turns out to mean something else is kept under another name."""
    columns = assign_columns(["symbol", "quantity", "Type"]).with_attribute("type", "account type")
    assert "type" not in columns.known
    assert columns.attributes == {"account type": 2}


def test_headers_are_composed() -> None:
    """An accent as a character of its own makes no other name."""
    assert list(assign_columns(["symbol", "Secteur Pe\u0301trole"]).attributes) == ["secteur pétrole"]
