"""Portfolios: a tree of names under which positions are held."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import Currency, Name, WireModel, example
from plimsoll.wire.page import Page

__all__ = ["NewPortfolio", "Portfolio", "PortfolioChanges", "PortfolioPage"]

_PORTFOLIO: dict[str, Any] = {
    "id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "name": "Equity long/short",
    "parent_id": None,
    "base_currency": "USD",
    "version": 1,
    "created_at": "2026-06-30T07:00:00.000000Z",
    "updated_at": "2026-06-30T07:00:00.000000Z",
    "archived_at": None,
}


class NewPortfolio(WireModel):
    """A portfolio to be created."""

    model_config = example({"name": "Equity long/short", "base_currency": "USD"})

    name: Name = Field(description="Different from those of its living siblings")
    base_currency: Currency = "USD"
    parent_id: UUID | None = Field(default=None, description="The portfolio above it; null at the top")


class PortfolioChanges(WireModel):
    """What is to change; a field that is left out stays as it is."""

    model_config = example({"name": "Equity market neutral"})

    name: Name | None = Field(default=None, description="New name; null leaves it")
    parent_id: UUID | None = Field(default=None, description="New parent; null moves it to the top")


class Portfolio(WireModel):
    """A portfolio."""

    model_config = example(_PORTFOLIO)

    id: UUID
    name: str
    parent_id: UUID | None = Field(description="The portfolio above it; null at the top")
    base_currency: Currency
    version: int = Field(ge=1, description="Counts its changes; the ETag is made of it")
    created_at: AwareDatetime
    updated_at: AwareDatetime
    archived_at: AwareDatetime | None = Field(description="Null while it lives")


class PortfolioPage(Page[Portfolio]):
    """One page of portfolios."""

    model_config = example({"items": [_PORTFOLIO], "next": None})
