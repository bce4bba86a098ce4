"""Alerts: what wants attention, and what was done about it."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from plimsoll.wire.model import Instant, Name, WireModel, example
from plimsoll.wire.page import Page

__all__ = [
    "Alert",
    "AlertAssignment",
    "AlertChange",
    "AlertHistory",
    "AlertNote",
    "AlertPage",
    "AlertSnooze",
    "AlertStatusName",
    "Note",
]

AlertStatusName = Literal["open", "acknowledged", "resolved"]
"""How far an alert is."""

Note = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*$")
]
"""What somebody has to say about what they do."""

_ALERT: dict[str, Any] = {
    "id": "0197a3c2-5a20-7f11-8d5b-6a1c8e103a1c",
    "key": "limit/0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "kind": "risk",
    "severity": "critical",
    "status": "open",
    "title": "VaR of Equity long/short is above its limit",
    "detail": "USD 1.24m of 1.00m",
    "portfolio_id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "subject": None,
    "count": 3,
    "openings": 1,
    "first_seen": "2026-06-30T07:00:00.000000Z",
    "last_seen": "2026-06-30T07:20:00.000000Z",
    "opened_at": "2026-06-30T07:00:00.000000Z",
    "acknowledged_at": None,
    "acknowledged_by": None,
    "snoozed_until": None,
    "assignee": None,
    "resolved_at": None,
    "version": 1,
}
_CHANGE: dict[str, Any] = {
    "version": 2,
    "action": "acknowledged",
    "changed_at": "2026-06-30T07:21:00.000000Z",
    "changed_by": "local",
    "values": {"status": "acknowledged", "note": "The vendor is down"},
}


class Alert(WireModel):
    """Something that wants attention; while it is not resolved there is one for each key."""

    model_config = example(_ALERT)

    id: UUID
    key: str = Field(description="What makes it the same thing when it is raised again")
    kind: Literal["risk", "data", "system"] = Field(
        description="A limit, data that are missing or stale, or the platform itself"
    )
    severity: Literal["info", "warning", "critical"]
    status: AlertStatusName
    title: str
    detail: str
    portfolio_id: UUID | None
    subject: UUID | None = Field(description="The breach, run or job concerned")
    count: int = Field(ge=1, description="How often it was raised")
    openings: int = Field(ge=1, description="How often it was opened: it opens again when it comes back")
    first_seen: AwareDatetime
    last_seen: AwareDatetime
    opened_at: AwareDatetime
    acknowledged_at: AwareDatetime | None
    acknowledged_by: str | None
    snoozed_until: AwareDatetime | None = Field(description="Until when nobody is told of it again")
    assignee: str | None
    resolved_at: AwareDatetime | None
    version: int = Field(ge=1, description="Counts what was done about it; If-Match takes it")


class AlertPage(Page[Alert]):
    """One page of alerts, the last made first."""

    model_config = example({"items": [_ALERT], "next": None})


class AlertChange(WireModel):
    """One thing that was done about an alert."""

    model_config = example(_CHANGE)

    version: int = Field(ge=1, description="Of the alert since then")
    action: Literal[
        "raised", "reopened", "worsened", "acknowledged", "snoozed", "woken", "assigned", "resolved"
    ]
    changed_at: AwareDatetime
    changed_by: str
    values: dict[str, Any] = Field(description="What became of it, and the note of whoever did it")


class AlertHistory(WireModel):
    """All that was done about an alert, the first thing first."""

    model_config = example({"items": [_CHANGE]})

    items: tuple[AlertChange, ...]


class AlertNote(WireModel):
    """What somebody has to say about what they do."""

    model_config = example({"note": "The vendor is down"})

    note: Note = ""


class AlertSnooze(WireModel):
    """How long nobody is to be told of an alert."""

    model_config = example({"until": "2026-06-30T09:00:00Z", "note": "After the meeting"})

    until: Instant | None = Field(description="In the next 30 days; null wakes it")
    note: Note = ""


class AlertAssignment(WireModel):
    """Whose an alert is to be."""

    model_config = example({"to": "ada", "note": ""})

    to: Name | None = Field(description="Null for nobody")
    note: Note = ""
