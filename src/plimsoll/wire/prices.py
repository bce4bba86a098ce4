"""Prices as they are stored: the last one of each symbol with its age, and series."""

import datetime as dt
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from plimsoll.wire.model import Figure, WireModel, example
from plimsoll.wire.page import Page

__all__ = ["Freshness", "LastPrice", "LastPricePage", "PricePoint", "PriceSeries"]

_SET = "0197a3c2-6b30-7e52-9a1f-7c2e0d4f8b63"
_LAST: dict[str, Any] = {
    "symbol": "AAPL",
    "currency": "USD",
    "price": 212.0,
    "date": "2026-06-30",
    "age_days": 0,
    "freshness": "fresh",
    "first_date": "1990-01-02",
    "observations": 9190,
    "missing": 3,
}


class Freshness(StrEnum):
    """How old a price is against the last date of its set."""

    FRESH = "fresh"
    LATE = "late"
    STALE = "stale"


class LastPrice(WireModel):
    """The last price of a symbol, with its age."""

    model_config = example(_LAST)

    symbol: str
    currency: str | None = Field(description="Null where the source did not say")
    price: Figure
    date: dt.date
    age_days: int = Field(description="Calendar days from then to the last date of the set")
    freshness: Freshness = Field(description="Fresh on the last date, late up to five days, then stale")
    first_date: dt.date = Field(description="Of the first price")
    observations: int = Field(description="Dates with a price")
    missing: int = Field(description="Dates without one between the first and the last")


class LastPricePage(Page[LastPrice]):
    """One page of last prices, by symbol."""

    model_config = example({"items": [_LAST], "next": None, "price_set_id": _SET})

    price_set_id: UUID


class PricePoint(WireModel):
    """The price of a day."""

    date: dt.date
    price: Figure


class PriceSeries(Page[PricePoint]):
    """Prices of one symbol by date, oldest first; days without a price are left out."""

    model_config = example(
        {
            "items": [{"date": "2026-06-29", "price": 210.5}, {"date": "2026-06-30", "price": 212.0}],
            "next": None,
            "price_set_id": _SET,
            "symbol": "AAPL",
            "currency": "USD",
        }
    )

    price_set_id: UUID
    symbol: str
    currency: str | None = Field(description="Null where the source did not say")
