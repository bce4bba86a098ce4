"""Teams: people and service accounts together, and the portfolios that they own as a desk."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from plimsoll.wire.model import Label, WireModel, example
from plimsoll.wire.page import Page

__all__ = ["NewTeam", "Team", "TeamChanges", "TeamMember", "TeamPage"]

_MOST = 1_000
_MEMBER: dict[str, Any] = {"kind": "user", "id": "0197a3c2-6c32-7e5a-9f7d-417f5c3e0a32"}
_TEAM: dict[str, Any] = {
    "id": "0197a3c2-7d43-7f6b-a08e-528f6d4f1b43",
    "name": "Equities",
    "members": [_MEMBER],
    "portfolios": ["0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10"],
    "version": 3,
}


class TeamMember(WireModel):
    """Somebody in a team."""

    model_config = example(_MEMBER)

    kind: Literal["user", "account"]
    id: UUID


_Members = Annotated[tuple[TeamMember, ...], Field(max_length=_MOST)]
_Portfolios = Annotated[tuple[UUID, ...], Field(max_length=_MOST)]


class NewTeam(WireModel):
    """A team to be made."""

    model_config = example({name: _TEAM[name] for name in ("name", "members", "portfolios")})

    name: Label
    members: _Members = ()
    portfolios: _Portfolios = ()


class TeamChanges(WireModel):
    """What is to change; a field that is left out stays as it is."""

    model_config = example({"members": [_MEMBER]})

    name: Label | None = Field(default=None, description="Null leaves it")
    members: _Members | None = Field(default=None, description="All who are to be in it; null leaves them")
    portfolios: _Portfolios | None = Field(default=None, description="All it is to own; null leaves them")


class Team(WireModel):
    """A team."""

    model_config = example(_TEAM)

    id: UUID
    name: str
    members: tuple[TeamMember, ...]
    portfolios: tuple[UUID, ...] = Field(description="What it owns, with all that lies below")
    version: int = Field(ge=1, description="Counts its changes; the ETag is made of it")


class TeamPage(Page[Team]):
    """One page of teams."""

    model_config = example({"items": [_TEAM], "next": None})
