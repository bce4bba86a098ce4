"""Positions of a portfolio, and the account of the file they came from."""

import datetime as dt
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import Figure, Number, Sha256, WireModel, example
from plimsoll.wire.page import Page

__all__ = [
    "Assumption",
    "Failure",
    "Holdings",
    "HoldingsVersion",
    "ImportResult",
    "Kind",
    "OptionTerms",
    "OptionType",
    "Position",
    "PositionHistory",
    "PositionPage",
]

_VERSION: dict[str, Any] = {
    "id": "0197a3c2-5a20-7d41-8f0e-6b1d9c3e7a52",
    "portfolio_id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "valid_from": "2026-06-30",
    "known_at": "2026-06-30T07:05:00.000000Z",
    "sha256": "9f" * 32,
    "source_name": "positions.csv",
    "positions": 1,
    "refused": 1,
    "size": 310,
}
_POSITION: dict[str, Any] = {
    "symbol": "AAPL",
    "kind": "equity",
    "currency": "USD",
    "name": "Apple",
    "quantity": 9200.0,
    "price": None,
    "attributes": {"sector": "Information Technology"},
    "option": None,
    "row": 2,
}
_REFUSED: dict[str, Any] = {
    "reason": "refused-row",
    "item": "MSFT",
    "message": "'many' is not a number. Write it in digits.",
    "row": 3,
    "column": "quantity",
    "value": None,
}


class Kind(StrEnum):
    """Kinds of instrument."""

    CASH = "cash"
    EQUITY = "equity"
    ETF = "etf"
    CRYPTO = "crypto"
    FX = "fx"
    OPTION = "option"


class OptionType(StrEnum):
    """The right that an option gives."""

    CALL = "call"
    PUT = "put"


class OptionTerms(WireModel):
    """Terms of a listed European option."""

    type: OptionType
    underlying: str = Field(min_length=1)
    strike: Number = Field(gt=0, description="In the currency of the instrument")
    expiry: dt.date = Field(description="Last trading day")
    multiplier: Number = Field(default=100.0, gt=0, description="Units of the underlying per contract")
    volatility: Number | None = Field(
        default=None, gt=0, description="Annual, as a fraction; null to imply it from the price"
    )
    rate_continuous: Number = Field(
        default=0.0, ge=-1, le=1, description="Risk-free rate, continuously compounded"
    )
    dividend_yield: Number = Field(default=0.0, ge=-1, le=1, description="Continuous yield of the underlying")


class Position(WireModel):
    """A quantity of one instrument."""

    model_config = example(_POSITION)

    symbol: str
    kind: Kind
    currency: str = Field(description="Of the price; empty where the file did not say")
    name: str = Field(description="For people; empty where unknown")
    quantity: Figure = Field(description="Units, or contracts of an option; negative is short")
    price: Figure = Field(description="As the file states it; null to take the market's")
    attributes: dict[str, str] = Field(description="Labels by which risk can be cut")
    option: OptionTerms | None = None
    row: int | None = Field(default=None, description="Row of the file, counted from 1")


class Failure(WireModel):
    """One row or position that cannot be used; it is in no number."""

    model_config = example(_REFUSED)

    reason: str = Field(description="A stable word for programs")
    item: str = Field(description="The symbol, or the text of the row")
    message: str = Field(description="What is wrong and what to do")
    row: int | None = Field(default=None, description="Row of the file, counted from 1")
    column: str = Field(default="", description="Column that is to blame; empty where none is")
    value: Figure = Field(default=None, description="What it would be worth, as far as is known")


class Assumption(WireModel):
    """One thing that was taken for granted."""

    topic: str = Field(description="A stable word for programs")
    text: str = Field(description="One sentence for people")
    items: tuple[str, ...] = Field(default=(), description="What it concerns; empty for all")


class HoldingsVersion(WireModel):
    """One version of what a portfolio holds: valid from a date, known since an instant, never changed."""

    model_config = example(_VERSION)

    id: UUID
    portfolio_id: UUID
    valid_from: dt.date = Field(description="First date on which these are the positions")
    known_at: AwareDatetime = Field(description="When the platform learned of it")
    sha256: Sha256 = Field(description="Hash of the file")
    source_name: str = Field(description="Name of the file")
    positions: int = Field(ge=0, description="Rows that hold a position")
    refused: int = Field(ge=0, description="Rows that were refused")
    size: int = Field(ge=0, description="Bytes of the file")


class PositionHistory(Page[HoldingsVersion]):
    """One page of versions of what portfolios hold, the one known last first."""

    model_config = example({"items": [_VERSION], "next": None})


class PositionPage(Page[Position]):
    """Some positions of one version, in the order of the file."""

    model_config = example({"items": [_POSITION], "next": None})


class ImportResult(WireModel):
    """The account of an import: every row was taken or refused, none was lost."""

    model_config = example({"holdings": _VERSION, "refused": [_REFUSED], "assumptions": []})

    holdings: HoldingsVersion
    refused: tuple[Failure, ...]
    assumptions: tuple[Assumption, ...] = Field(description="How the file was read")


class Holdings(WireModel):
    """What a portfolio holds at one date, as known at one instant."""

    model_config = example(
        {"holdings": _VERSION, "positions": [_POSITION], "refused": [_REFUSED], "assumptions": []}
    )

    holdings: HoldingsVersion
    positions: tuple[Position, ...] = Field(description="In the order of the file; the first of them")
    next: str | None = Field(
        default=None, description="Path and query of the further positions; null if these are all"
    )
    refused: tuple[Failure, ...]
    assumptions: tuple[Assumption, ...]
