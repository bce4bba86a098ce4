"""Positions of the engine as messages."""

import datetime as dt
from dataclasses import fields

from plimsoll.risk.portfolio import Instrument, Kind, OptionTerms, OptionType, Position
from plimsoll.services.risk_api.position_messages import position_message


def test_a_share_travels_whole() -> None:
    """Symbol, quantity, price, labels and row of a share are in the message; there are no terms."""
    apple = Instrument(symbol="AAPL", currency="USD", name="Apple")
    position = Position(instrument=apple, quantity=-2.5, price=190.0, attributes={"desk": "A"}, row=7)
    sent = position_message(position).model_dump(mode="json")
    assert sent == {
        "symbol": "AAPL",
        "kind": "equity",
        "currency": "USD",
        "name": "Apple",
        "quantity": -2.5,
        "price": 190.0,
        "attributes": {"desk": "A"},
        "option": None,
        "row": 7,
    }


def test_an_option_travels_with_its_terms() -> None:
    """Every term of an option is in the message."""
    terms = OptionTerms(
        type=OptionType.PUT, underlying="AAPL", strike=150.0, expiry=dt.date(2027, 1, 15), volatility=0.25
    )
    option = Instrument(symbol="AAPL P150", currency="USD", kind=Kind.OPTION, option=terms)
    sent = position_message(Position(instrument=option, quantity=1.0)).option
    assert sent is not None
    assert all(getattr(sent, field.name) == getattr(terms, field.name) for field in fields(terms))
