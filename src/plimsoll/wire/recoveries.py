"""Recoveries: the way back for who has lost every factor."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import Name, WireModel, example
from plimsoll.wire.page import Page

__all__ = ["NewRecovery", "Recovery", "RecoveryPage", "RecoveryWithLink"]

_RECOVERY: dict[str, Any] = {
    "id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "user_id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e11",
    "reason": "Lost telephone; seen in person",
    "requested_by": "user:0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e12",
    "requested_at": "2026-06-30T07:00:00.000000Z",
    "ends_at": "2026-07-01T07:00:00.000000Z",
    "decided_by": None,
    "decided_at": None,
    "approved": None,
}


class NewRecovery(WireModel):
    """Somebody whose password and factors are to be forgotten."""

    model_config = example({name: _RECOVERY[name] for name in ("user_id", "reason")})

    user_id: UUID
    reason: Annotated[Name, Field(description="For who decides, and for the audit")]


class Recovery(WireModel):
    """A recovery, and what came of it."""

    model_config = example(_RECOVERY)

    id: UUID
    user_id: UUID
    reason: str
    requested_by: str
    requested_at: AwareDatetime
    ends_at: AwareDatetime = Field(description="When it cannot be approved any more")
    decided_by: str | None = Field(description="Null until somebody decides")
    decided_at: AwareDatetime | None = Field(description="Null until somebody decides")
    approved: bool | None = Field(description="Null until somebody decides")


class RecoveryWithLink(Recovery):
    """A recovery that was just asked for or agreed with; the link is shown in this answer alone."""

    model_config = example(
        {**_RECOVERY, "link": None, "link_expires_at": None, "mailed": False},
    )

    link: str | None = Field(description="By which they choose a password; null until it is approved")
    link_expires_at: AwareDatetime | None
    mailed: bool = Field(description="Whether the link was also sent to their address")


class RecoveryPage(Page[Recovery]):
    """One page of recoveries."""

    model_config = example({"items": [_RECOVERY], "next": None})
