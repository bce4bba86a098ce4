"""People of a tenant, as the API shows them."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import Flag, Name, WireModel, example
from plimsoll.wire.page import Page

__all__ = ["EmailAddress", "Invited", "NewUser", "User", "UserChanges", "UserPage"]

EmailAddress = Annotated[
    str, Field(min_length=3, max_length=254, description="E-mail address", examples=["ada@example.com"])
]

_USER: dict[str, Any] = {
    "id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "name": "Ada Lovelace",
    "email": "ada@example.com",
    "enabled": True,
    "invited": False,
    "created_at": "2026-06-30T07:00:00.000000Z",
    "created_by": "local",
    "version": 1,
}


class NewUser(WireModel):
    """Somebody to be invited."""

    model_config = example({"name": _USER["name"], "email": _USER["email"]})

    name: Name
    email: EmailAddress


class UserChanges(WireModel):
    """What is to change; a field that is left out stays as it is."""

    model_config = example({"enabled": False})

    name: Name | None = Field(default=None, description="Null leaves it")
    enabled: Flag | None = Field(default=None, description="False ends all their sessions; null leaves it")


class User(WireModel):
    """A person."""

    model_config = example(_USER)

    id: UUID
    name: str
    email: str
    enabled: bool = Field(description="Whether they may sign in")
    invited: bool = Field(description="Whether they have yet to choose a password")
    created_at: AwareDatetime
    created_by: str
    version: int = Field(ge=1, description="Counts the changes; the ETag is made of it")


class UserPage(Page[User]):
    """One page of people."""

    model_config = example({"items": [_USER], "next": None})


class Invited(WireModel):
    """Somebody who may now choose a password; the link is shown in this answer alone."""

    model_config = example(
        {
            "user": {**_USER, "invited": True},
            "link": "http://127.0.0.1:8000/sign-in#pli_c3ludGhldGljLWV4YW1wbGUtb2YtYS1vbmUtdGltZS1",
            "expires_at": "2026-07-03T07:00:00.000000Z",
            "mailed": True,
        }
    )

    user: User
    link: str
    expires_at: AwareDatetime
    mailed: bool = Field(description="Whether the link was also sent to their address")
