"""Roles: those that ship, and those that a tenant makes for itself."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from plimsoll.wire.model import Label, WireModel, example

__all__ = ["NewRole", "Role", "RoleChanges", "Roles"]

_Permission = Annotated[
    str,
    StringConstraints(max_length=60, pattern=r"^[a-z-]+:[a-z]+$"),
    Field(description="resource:action", examples=["runs:read"]),
]
_Permissions = Annotated[tuple[_Permission, ...], Field(min_length=1, max_length=200)]
_Description = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]

_ROLE: dict[str, Any] = {
    "id": "0197a3c2-5b21-7d4f-8e6c-306f4b2d9f21",
    "name": "Run reader",
    "description": "Reads risk runs",
    "permissions": ["portfolios:read", "runs:read"],
    "privileged": False,
    "version": 1,
}
_NEW = ("name", "description", "permissions")


class NewRole(WireModel):
    """A role to be made."""

    model_config = example({name: _ROLE[name] for name in _NEW})

    name: Label
    description: _Description = ""
    permissions: _Permissions


class RoleChanges(WireModel):
    """What is to change; a field that is left out stays as it is."""

    model_config = example({"permissions": ["runs:read"]})

    description: _Description | None = Field(default=None, description="Null leaves it")
    permissions: _Permissions | None = Field(default=None, description="All that it gives; null leaves them")


class Role(WireModel):
    """A role."""

    model_config = example(_ROLE)

    id: UUID | None = Field(description="Null for a role that ships")
    name: str
    description: str
    permissions: tuple[str, ...]
    privileged: bool = Field(description="Whether a second person has to approve that somebody gets it")
    version: int = Field(ge=0, description="Counts its changes; 0 for a role that ships")


class Roles(WireModel):
    """All roles, those that ship first."""

    model_config = example({"items": [_ROLE]})

    items: tuple[Role, ...]
