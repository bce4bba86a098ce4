"""Portfolios: a tree of names under which positions are held."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import Currency, Name, WireModel, example
from plimsoll.wire.page import Page
from plimsoll.wire.risk_runs import RiskRun

__all__ = [
    "NewPortfolio",
    "Portfolio",
    "PortfolioBranch",
    "PortfolioChanges",
    "PortfolioPage",
    "PortfolioTree",
]

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


class PortfolioBranch(Portfolio):
    """A portfolio in its place in the tree."""

    model_config = example(_PORTFOLIO | {"depth": 0, "last_run": None, "open_breaches": 0})

    depth: int = Field(ge=0, description="How many portfolios are above it")
    last_run: RiskRun | None = Field(
        description="Its run of the latest date, of several the one made last; null if there is none"
    )
    open_breaches: int = Field(ge=0, description="Breaches of its limits that are not closed")


class PortfolioTree(WireModel):
    """All portfolios, each after the one above it."""

    model_config = example(
        {"items": [_PORTFOLIO | {"depth": 0, "last_run": None, "open_breaches": 2}]},
    )

    items: tuple[PortfolioBranch, ...] = Field(description="Siblings by name, each before those below it")
