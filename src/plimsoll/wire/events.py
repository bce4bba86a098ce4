"""Events: what happened, in the order in which everybody is told."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import WireModel, example
from plimsoll.wire.page import Page

__all__ = ["Event", "EventPage"]

_EVENT: dict[str, Any] = {
    "id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "position": 42,
    "kind": "alert.raised",
    "subject": "0197a3c2-5a20-7f11-8d5b-6a1c8e103a1c",
    "data": {"severity": "critical", "title": "VaR of Equity long/short is above its limit"},
    "published_at": "2026-06-30T07:00:00.000000Z",
}


class Event(WireModel):
    """Something that happened."""

    model_config = example(_EVENT)

    id: UUID = Field(description="The same for everybody who is told, so that who is told twice knows it")
    position: int = Field(ge=1, description="Its place in the order of all events; also its id in the stream")
    kind: str = Field(description="What happened, such as `alert.raised`")
    subject: UUID = Field(description="To what: the id of an alert, a breach, a run")
    data: dict[str, Any] = Field(description="What there is to know; more fields may come")
    published_at: AwareDatetime


class EventPage(Page[Event]):
    """One page of events."""

    model_config = example({"items": [_EVENT], "next": None})
