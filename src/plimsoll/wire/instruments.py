"""Instruments: everything that a position ever named, and where it is held."""

import datetime as dt
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import Figure, Label, Name, WireModel, example
from plimsoll.wire.page import Page
from plimsoll.wire.positions import Kind, OptionTerms

__all__ = [
    "Instrument",
    "InstrumentChange",
    "InstrumentChanges",
    "InstrumentHistory",
    "InstrumentHoldings",
    "InstrumentPage",
    "WhereHeld",
]

_INSTRUMENT: dict[str, Any] = {
    "id": "0197a3c2-9b10-7a6c-8f2d-5e4c7b1a9d30",
    "symbol": "AAPL",
    "kind": "equity",
    "currency": "USD",
    "name": "Apple",
    "attributes": {"sector": "Information Technology"},
    "option": None,
    "first_seen": "2026-06-30T07:05:00.000000Z",
    "version": 2,
    "updated_at": "2026-07-01T09:00:00.000000Z",
}
_HELD: dict[str, Any] = {
    "portfolio_id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "portfolio": "Equity long/short",
    "holdings_id": "0197a3c2-5a20-7d41-8f0e-6b1d9c3e7a52",
    "valid_from": "2026-06-30",
    "quantity": 9200.0,
    "positions": 1,
}
_CHANGE: dict[str, Any] = {
    "version": 2,
    "name": "Apple",
    "attributes": {"sector": "Information Technology"},
    "changed_at": "2026-07-01T09:00:00.000000Z",
    "changed_by": "local",
}
_MOST_ATTRIBUTES = 50


class Instrument(WireModel):
    """What can be held, as the first position that named it described it."""

    model_config = example(_INSTRUMENT)

    id: UUID
    symbol: str
    kind: Kind
    currency: str = Field(description="Of its price; empty where no file said it")
    name: str = Field(description="For people")
    attributes: dict[str, str] = Field(description="Labels of yours; those of positions cut the risk")
    option: OptionTerms | None = None
    first_seen: AwareDatetime = Field(description="When a position named it first")
    version: int = Field(ge=1, description="Counts its changes; the ETag is made of it")
    updated_at: AwareDatetime


class WhereHeld(WireModel):
    """A portfolio that holds an instrument by its last positions."""

    portfolio_id: UUID
    portfolio: str = Field(description="Its name")
    holdings_id: UUID = Field(description="The import that says so")
    valid_from: dt.date
    quantity: Figure = Field(description="Sum over its rows; negative is short")
    positions: int = Field(description="How many rows")


class InstrumentHoldings(WireModel):
    """The live portfolios that hold an instrument."""

    model_config = example({"instrument_id": _INSTRUMENT["id"], "items": [_HELD]})

    instrument_id: UUID
    items: tuple[WhereHeld, ...]


class InstrumentChanges(WireModel):
    """What is to change; a field that is left out stays as it is."""

    model_config = example({"name": "Apple", "attributes": {"sector": "Information Technology"}})

    name: Name | None = Field(default=None, description="New name; null leaves it")
    attributes: Annotated[dict[Label, Label], Field(max_length=_MOST_ATTRIBUTES)] | None = Field(
        default=None, description="In place of all that are there; null leaves them"
    )


class InstrumentChange(WireModel):
    """What somebody made of an instrument."""

    version: int = Field(description="That it had afterwards")
    name: str
    attributes: dict[str, str]
    changed_at: AwareDatetime
    changed_by: str


class InstrumentHistory(WireModel):
    """The changes of an instrument, the last one first."""

    model_config = example({"items": [_CHANGE]})

    items: tuple[InstrumentChange, ...]


class InstrumentPage(Page[Instrument]):
    """One page of instruments, by symbol."""

    model_config = example({"items": [_INSTRUMENT], "next": None})
