"""Positions as a document and back."""

import datetime as dt
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from plimsoll.data.importers.portfolio_csv import ImportedPortfolio
from plimsoll.data.store.position_document import from_document, to_document
from plimsoll.errors import DataError
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.failures import Failure, Reason
from plimsoll.risk.portfolio import Instrument, Kind, OptionTerms, OptionType, Portfolio, Position

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
NUMBER = st.floats(allow_nan=False)
MAYBE = st.none() | NUMBER
ROW = st.none() | st.integers(1, 10**9)
OPTION = st.builds(
    OptionTerms,
    type=st.sampled_from(OptionType),
    underlying=TEXT,
    strike=NUMBER,
    expiry=st.dates(),
    multiplier=NUMBER,
    volatility=MAYBE,
    rate_continuous=NUMBER,
    dividend_yield=NUMBER,
)


def _instrument(kind: Kind) -> SearchStrategy[Instrument]:
    terms = OPTION if kind is Kind.OPTION else st.none()
    return st.builds(Instrument, symbol=TEXT, currency=TEXT, kind=st.just(kind), name=TEXT, option=terms)


POSITION = st.builds(
    Position,
    instrument=st.sampled_from(Kind).flatmap(_instrument),
    quantity=NUMBER,
    price=MAYBE,
    attributes=st.dictionaries(TEXT, TEXT, max_size=3),
    row=ROW,
)
FAILURE = st.builds(
    Failure, reason=st.sampled_from(Reason), item=TEXT, message=TEXT, row=ROW, column=TEXT, value=MAYBE
)
ASSUMPTION = st.builds(Assumption, topic=TEXT, text=TEXT, items=st.lists(TEXT, max_size=3).map(tuple))
IMPORTED = st.builds(
    ImportedPortfolio,
    portfolio=st.builds(Portfolio, name=TEXT, positions=st.lists(POSITION, max_size=4).map(tuple)),
    failures=st.lists(FAILURE, max_size=3).map(tuple),
    assumptions=st.lists(ASSUMPTION, max_size=3).map(tuple),
    sha256=st.just("0" * 64),
)


def _share(**changes: Any) -> Position:
    fields: dict[str, Any] = {"instrument": Instrument(symbol="SAP", currency="EUR"), "quantity": 1.0}
    return Position(**{**fields, **changes})


def _imported(*positions: Position) -> ImportedPortfolio:
    return ImportedPortfolio(Portfolio("book", positions), (), (), "0" * 64)


@given(IMPORTED)
def test_nothing_is_lost(imported: ImportedPortfolio) -> None:
    """Whatever was imported comes back equal after a journey through JSON text."""
    text = json.dumps(to_document(imported), allow_nan=False)
    assert from_document(json.loads(text), imported.sha256) == imported


@pytest.mark.parametrize(
    "number", [-0.0, 0.0, math.inf, -math.inf, 0.1 + 0.2, 5e-324, 1.7976931348623157e308]
)
def test_numbers_keep_every_bit(number: float) -> None:
    """The sign of zero, the infinities, the smallest and the largest number survive."""
    stored = json.loads(json.dumps(to_document(_imported(_share(quantity=number))), allow_nan=False))
    quantity = from_document(stored, "0" * 64).portfolio.positions[0].quantity
    assert quantity.hex() == number.hex()


def test_not_a_number_survives() -> None:
    """NaN, which JSON does not know, comes back as NaN and not as None."""
    stored = json.loads(json.dumps(to_document(_imported(_share(price=math.nan))), allow_nan=False))
    price = from_document(stored, "0" * 64).portfolio.positions[0].price
    assert price is not None
    assert math.isnan(price)


def test_the_document_reads_well() -> None:
    """Plain fields by their own names: whoever looks into the database understands it."""
    option = OptionTerms(type=OptionType.PUT, underlying="SAP", strike=100.0, expiry=dt.date(2030, 1, 18))
    instrument = Instrument(symbol="SAP P100", currency="EUR", kind=Kind.OPTION, option=option)
    document = to_document(
        _imported(_share(instrument=instrument, quantity=-2.0, attributes={"desk": "vol"}))
    )
    position = document["positions"][0]
    assert (document["version"], document["name"]) == (1, "book")
    assert (position["quantity"], position["price"], position["attributes"]) == (-2.0, None, {"desk": "vol"})
    assert position["instrument"]["option"]["expiry"] == "2030-01-18"


@pytest.mark.parametrize("text", ["a\x00b", "half \ud800 character"])
def test_a_text_that_cannot_be_stored_is_refused(text: str) -> None:
    """NUL and lone surrogates are bad data, before PostgreSQL sees them."""
    with pytest.raises(DataError, match="cannot be stored"):
        to_document(_imported(_share(attributes={"desk": text})))


def test_another_version_is_refused() -> None:
    """A document of a form to come is not misread."""
    with pytest.raises(DataError, match="form"):
        from_document({**to_document(_imported(_share())), "version": 2}, "0" * 64)
