"""The audit: who did what to what, and whether all of it is still there."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import WireModel, example
from plimsoll.wire.page import Page

__all__ = ["AuditEvent", "AuditEventPage", "AuditFlaw", "AuditKeyRotation", "AuditVerification"]

_EVENT: dict[str, Any] = {
    "id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "recorded_at": "2026-06-30T07:00:00.123456Z",
    "action": "limit.approved",
    "actor": "user:0197a3c2-5a20-7f11-8d5b-6a1c8e103a1c",
    "actor_name": "Ada Lovelace",
    "session_id": None,
    "subject": "0197a3c2-6b30-7a22-9e6c-7b2d9f214b2d",
    "detail": {"version": 3},
    "address": "192.0.2.10",
    "request_id": "0197a3c24f107c3e9d5b2f6f3a1c8e10",
}


class AuditEvent(WireModel):
    """Something that somebody did."""

    model_config = example(_EVENT)

    id: UUID
    recorded_at: AwareDatetime = Field(description="By the clock of the database")
    action: str = Field(description="What was done, such as `limit.approved`")
    actor: str | None = Field(description="Who did it; null for somebody unknown and for the platform itself")
    actor_name: str = Field(description="Their name at that time")
    session_id: UUID | None = Field(description="The session it was done in, where there was one")
    subject: str = Field(description="What it was done to: an id, or a name where there is no id")
    detail: dict[str, Any] = Field(description="What else there is to know; never a secret")
    address: str = Field(description="Where the request came from")
    request_id: str = Field(description="Names the request in the logs")


class AuditEventPage(Page[AuditEvent]):
    """One page of events, the last recorded first."""

    model_config = example({"items": [_EVENT], "next": None})


class AuditFlaw(WireModel):
    """Something that is not as it was sealed."""

    sequence: int = Field(ge=0, description="Its place in the chain; 0 for what concerns no place")
    reason: str


class AuditKeyRotation(WireModel):
    """The key by which the audit is sealed from now on; the key itself is shown nowhere."""

    model_config = example({"key_id": "9f86d081884c7d65", "before": "60303ae22b998861", "keys": 2})

    key_id: str = Field(description="Its name, which checkpoints give")
    before: str = Field(description="Name of the key before it")
    keys: int = Field(ge=2, description="How many there are: earlier ones verify what they have sealed")


class AuditVerification(WireModel):
    """What was found when the whole chain was gone through."""

    model_config = example(
        {
            "intact": False,
            "first_bad": 42,
            "sealed": 1000,
            "waiting": 2,
            "checkpoints": 24,
            "flaws": [{"sequence": 42, "reason": "the event or its place is not what was sealed"}],
        }
    )

    intact: bool = Field(description="Whether nothing was found")
    first_bad: int | None = Field(description="The first bad sequence number; null where there is none")
    sealed: int = Field(ge=0, description="Events in the chain")
    waiting: int = Field(ge=0, description="Events that wait for their seal; it takes about a second")
    checkpoints: int = Field(
        ge=0, description="Signed checkpoints that were held against it; without any, a cut end is not seen"
    )
    flaws: tuple[AuditFlaw, ...] = Field(description="By sequence number; at most twenty")
