"""Live risk: what an update says."""

import datetime as dt
from typing import Any
from uuid import UUID

from pydantic import Field

from plimsoll.wire.estimate import ESTIMATE, Estimate
from plimsoll.wire.model import Currency, Figure, WireModel, example

__all__ = ["DoubtedTick", "LiveLimit", "LiveMover", "LiveNode", "LiveUpdate", "StaleFactor"]

_NODE: dict[str, Any] = {
    "path": ["Equity L/S"],
    "value": 5431000.0,
    "pnl_since_run": -12250.5,
    "var": 148200.5,
    "es": 190310.25,
}

_UPDATE: dict[str, Any] = {
    "portfolio_id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "risk_run": "0197a3c2-7c40-7f63-8b20-8d3f1e509c74",
    "by": ["desk"],
    "base_currency": "USD",
    "sequence": 42,
    "at": "2026-06-30T14:30:00.123000Z",
    "degraded": False,
    "behind": False,
    "var": ESTIMATE,
    "es": ESTIMATE | {"value": 190310.25},
    "value_change": 310.0,
    "var_change": 12.5,
    "es_change": 16.0,
    "nodes": [_NODE | {"path": []}, _NODE],
    "movers": [{"name": "AAPL", "before": 189.2, "level": 189.3, "value_change": 310.0}],
    "stale": [{"name": "EURUSD", "age_seconds": 75.5}],
    "applied": 180,
    "coalesced": 160,
    "rejected": {"jump": 1},
    "findings": [],
    "limits": [
        {
            "limit_id": "0197a3c2-9c10-7c3e-9d5b-2f6f3a1c8e10",
            "name": "VaR of the book",
            "measure": "var",
            "state": "warning",
            "value": 148200.5,
            "utilisation": 0.93,
            "probability": None,
            "missing": "",
        }
    ],
}


class LiveNode(WireModel):
    """One slice of a book at the levels of now."""

    path: tuple[str, ...] = Field(description="Labels from the root down; empty at the root")
    value: Figure = Field(description="Net value in base currency")
    pnl_since_run: Figure = Field(description="What the value has gained since the market of the run")
    var: Figure = Field(description="Stand-alone value at risk; a loss is positive")
    es: Figure = Field(description="Stand-alone expected shortfall; a loss is positive")


class LiveMover(WireModel):
    """A factor whose ticks moved the value of the book."""

    name: str
    before: Figure = Field(description="Level at the last update")
    level: Figure = Field(description="Level now")
    value_change: Figure = Field(description="Of the positions that it moved, in base currency")


class StaleFactor(WireModel):
    """A factor without a tick for too long."""

    name: str
    age_seconds: Figure = Field(description="Since its last tick, or since the day of its price in the run")


class DoubtedTick(WireModel):
    """A price that was not believed; the one before stands."""

    symbol: str
    at: dt.datetime
    source: str
    rule: str = Field(description="What it broke")
    before: Figure = Field(description="The level that stands")
    after: Figure = Field(description="The level that was not taken over")
    message: str


class LiveLimit(WireModel):
    """How the portfolio stands to one of its limits."""

    limit_id: UUID
    name: str
    measure: str
    state: str = Field(description="ok, warning (soft level), breached (hard level) or unknown")
    value: Figure = Field(description="The measure, in the unit of the limit")
    utilisation: Figure = Field(description="1 at the level; null where that makes no sense")
    probability: Figure = Field(description="That the true measure is beyond; null outside the interval")
    missing: str = Field(description="Why it is unknown, or what it leaves out")


class LiveUpdate(WireModel):
    """The risk of a portfolio at one moment, complete: no earlier update is needed to read it."""

    model_config = example(_UPDATE)

    portfolio_id: UUID
    risk_run: UUID = Field(description="Whose positions, market and scenarios the numbers stand on")
    by: tuple[str, ...] = Field(description="Attributes, top down")
    base_currency: Currency
    sequence: int = Field(description="Counts up within the stream")
    at: dt.datetime
    degraded: bool = Field(description="Whether other instances may know ticks that this one does not")
    behind: bool = Field(description="Whether positions have changed and no run of them could be made")
    var: Estimate = Field(description="Of the whole book")
    es: Estimate = Field(description="Of the whole book")
    value_change: Figure = Field(description="Of the whole book since the update before")
    var_change: Figure = Field(description="Of the whole book since the update before")
    es_change: Figure = Field(description="Of the whole book since the update before")
    nodes: tuple[LiveNode, ...] = Field(description="The root first, each before its children")
    movers: tuple[LiveMover, ...] = Field(description="Behind the change of value, the largest first")
    stale: tuple[StaleFactor, ...] = Field(description="The oldest first")
    applied: int = Field(description="Ticks taken over since the update before")
    coalesced: int = Field(description="Ticks since then that a later one of their symbol replaced")
    rejected: dict[str, int] = Field(description="Ticks not taken over since the start, by reason")
    findings: tuple[DoubtedTick, ...] = Field(description="Prices that were not believed since then")
    limits: tuple[LiveLimit, ...] = Field(default=(), description="In force, and measured over this horizon")
