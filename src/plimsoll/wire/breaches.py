"""Breaches: how each stands, and all that happened to it."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from plimsoll.wire.limits import Comment
from plimsoll.wire.model import Figure, WireModel, example
from plimsoll.wire.page import Page

__all__ = [
    "Breach",
    "BreachEvent",
    "BreachHistory",
    "BreachNote",
    "BreachPage",
    "BreachReason",
    "BreachStatusName",
    "BreachWaiver",
]

BreachStatusName = Literal["open", "acknowledged", "remediation", "waived", "closed"]
_Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]

_BREACH: dict[str, Any] = {
    "id": "0197a3c2-b240-7d84-9f61-8e0a5172919b",
    "limit_id": "0197a3c2-9d10-7a51-8c3e-5b7d2e4f6a80",
    "portfolio_id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "status": "open",
    "severity": "hard",
    "version": 1,
    "limit_version": 1,
    "opened_at": "2026-06-30T09:00:00.000000Z",
    "updated_at": "2026-06-30T09:00:00.000000Z",
    "closed_at": None,
    "opened_by_run": "0197a3c2-7c40-7f63-8b20-8d3f1e509c74",
    "last_run": "0197a3c2-7c40-7f63-8b20-8d3f1e509c74",
    "level": 150000.0,
    "value": 152300.0,
    "peak_value": 152300.0,
    "peak_at": "2026-06-30T09:00:00.000000Z",
    "utilisation": 1.015,
    "probability": 0.56,
    "waived_until": None,
}
_EVENT: dict[str, Any] = {
    "id": "0197a3c2-c350-7e95-8072-9f1b6283a2ac",
    "breach_id": _BREACH["id"],
    "at": "2026-06-30T09:00:00.000000Z",
    "by": "plimsoll",
    "kind": "opened",
    "status": "open",
    "severity": "hard",
    "text": "The hard level was reached.",
    "run_id": "0197a3c2-7c40-7f63-8b20-8d3f1e509c74",
    "limit_version": 1,
    "value": 152300.0,
}


class Breach(WireModel):
    """A limit that was reached; numbers in the unit of the limit."""

    model_config = example(_BREACH)

    id: UUID
    limit_id: UUID
    portfolio_id: UUID
    status: BreachStatusName
    severity: Literal["soft", "hard"]
    version: int = Field(ge=1, description="Counts its changes; the ETag is made of it")
    limit_version: int = Field(description="Of the limit that the last run was checked against")
    opened_at: AwareDatetime
    updated_at: AwareDatetime
    closed_at: AwareDatetime | None
    opened_by_run: UUID | None
    last_run: UUID | None
    level: Figure = Field(description="The level that is reached")
    value: Figure = Field(description="Of the measure in the last run")
    peak_value: Figure = Field(description="Where it was farthest beyond")
    peak_at: AwareDatetime
    utilisation: Figure
    probability: Figure
    waived_until: dt.date | None = Field(description="Last date of the runs for which it is waived")


class BreachPage(Page[Breach]):
    """One page of breaches."""

    model_config = example({"items": [_BREACH], "next": None})


class BreachEvent(WireModel):
    """One thing that happened to a breach: who, when, what."""

    model_config = example(_EVENT)

    id: UUID
    breach_id: UUID
    at: AwareDatetime
    by: str
    kind: Literal[
        "opened",
        "escalated",
        "eased",
        "acknowledged",
        "remediation",
        "waived",
        "reopened",
        "commented",
        "closed",
    ]
    status: BreachStatusName = Field(description="From then on")
    severity: Literal["soft", "hard"]
    text: str
    run_id: UUID | None = Field(description="The run that made it happen; null where a person did")
    limit_version: int
    value: Figure


class BreachHistory(WireModel):
    """All that happened to a breach, the first thing first."""

    model_config = example({"items": [_EVENT]})

    items: tuple[BreachEvent, ...]


class BreachNote(WireModel):
    """What somebody says; may be empty."""

    model_config = example({"text": "Seen; the desk is asked"})

    text: Comment = ""


class BreachReason(WireModel):
    """What somebody says; it must not be empty."""

    model_config = example({"text": "The hedge was done this morning"})

    text: _Reason


class BreachWaiver(WireModel):
    """Until when a breach is accepted, and why."""

    model_config = example({"text": "Accepted by the committee until the roll", "until": "2026-07-15"})

    text: _Reason
    until: dt.date = Field(description="Last date of the runs for which it is accepted")
