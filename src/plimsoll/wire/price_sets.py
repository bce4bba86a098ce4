"""Price sets: histories of prices that were uploaded once and never change."""

import datetime as dt
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import Sha256, WireModel, example
from plimsoll.wire.page import Page

__all__ = ["PriceSet", "PriceSetPage"]

_PRICE_SET = {
    "id": "0197a3c2-6b30-7e52-9a1f-7c2e0d4f8b63",
    "name": "Closing prices",
    "sha256": "3c" * 32,
    "source": "prices.csv",
    "first_date": "1990-01-02",
    "last_date": "2022-12-28",
    "symbols": 21,
    "created_at": "2026-06-30T07:01:00.000000Z",
}


class PriceSet(WireModel):
    """A price set."""

    model_config = example(_PRICE_SET)

    id: UUID
    name: str
    sha256: Sha256 = Field(description="Hash of the prices; equal prices are stored once")
    source: str = Field(description="Where the prices come from")
    first_date: dt.date
    last_date: dt.date
    symbols: int = Field(ge=0, description="How many price histories")
    created_at: AwareDatetime


class PriceSetPage(Page[PriceSet]):
    """One page of price sets."""

    model_config = example({"items": [_PRICE_SET], "next": None})
