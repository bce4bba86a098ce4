"""Grants: who holds which role in which part of the tenant."""

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import Instant, Label, WireModel, example
from plimsoll.wire.page import Page

__all__ = ["Grant", "GrantHolder", "GrantPage", "GrantState", "NewGrant"]

GrantState = Literal["proposed", "active", "rejected", "ended"]
"""How far a grant is."""

_HOLDER: dict[str, Any] = {"kind": "user", "id": "0197a3c2-6c32-7e5a-9f7d-417f5c3e0a32"}
_GRANT: dict[str, Any] = {
    "id": "0197a3c2-8e54-7a7c-b19f-639f7e5a2c54",
    "holder": _HOLDER,
    "role": "analyst",
    "desk": None,
    "portfolio": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "status": "active",
    "privileged": False,
    "comment": "Joins the desk",
    "proposed_by": "user:0197a3c2-9f65-7b8d-82a0-74a08f6b3d65",
    "proposed_at": "2026-06-30T07:00:00.000000Z",
    "decided_by": None,
    "decided_at": None,
    "four_eyes": None,
    "ended_by": None,
    "ended_at": None,
    "expires_at": "2026-12-31T00:00:00.000000Z",
}
_NEW = ("holder", "role", "portfolio", "comment", "expires_at")


class GrantHolder(WireModel):
    """Who holds a role."""

    model_config = example(_HOLDER)

    kind: Literal["user", "account", "team"]
    id: UUID


class NewGrant(WireModel):
    """A role to be given to somebody, on a desk, on a portfolio or in the whole tenant."""

    model_config = example({name: _GRANT[name] for name in _NEW})

    holder: GrantHolder
    role: Label = Field(description="Name of a role")
    desk: UUID | None = Field(default=None, description="Id of a team: on the portfolios that it owns")
    portfolio: UUID | None = Field(default=None, description="On this portfolio and all below it")
    comment: str = Field(default="", max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$", description="Why")
    expires_at: Instant | None = Field(default=None, description="When it ends by itself; null for never")


class Grant(WireModel):
    """A grant; what is privileged is proposed, and in force when somebody else has approved it."""

    model_config = example(_GRANT)

    id: UUID
    holder: GrantHolder
    role: str
    desk: UUID | None
    portfolio: UUID | None
    status: GrantState
    privileged: bool
    comment: str
    proposed_by: str
    proposed_at: AwareDatetime
    decided_by: str | None
    decided_at: AwareDatetime | None
    four_eyes: bool | None = Field(
        description="Whether a second person had to approve it; null where nobody has decided or had to"
    )
    ended_by: str | None
    ended_at: AwareDatetime | None
    expires_at: AwareDatetime | None


class GrantPage(Page[Grant]):
    """One page of grants."""

    model_config = example({"items": [_GRANT], "next": None})
