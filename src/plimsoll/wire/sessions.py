"""Sessions and whoever is signed in, as the API shows them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import Name, WireModel, example
from plimsoll.wire.page import Page
from plimsoll.wire.users import EmailAddress

__all__ = [
    "Me",
    "MyChanges",
    "NewEmail",
    "NewPassword",
    "Session",
    "SessionPage",
    "StepUpProof",
]

_Password = Annotated[str, Field(max_length=1000, json_schema_extra={"format": "password"})]

_SESSION: dict[str, Any] = {
    "id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "user_id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e11",
    "created_at": "2026-06-30T07:00:00.000000Z",
    "seen_at": "2026-06-30T07:20:00.000000Z",
    "address": "192.0.2.7",
    "agent": "Mozilla/5.0",
    "factors": ["password", "totp"],
    "current": True,
}
_ME: dict[str, Any] = {
    "id": "user:0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e11",
    "kind": "user",
    "name": "Ada Lovelace",
    "email": "ada@example.com",
    "permissions": ["portfolios:read", "runs:read"],
    "factors": ["password", "totp"],
    "authenticated_at": "2026-06-30T07:00:00.000000Z",
    "stepped_up": True,
}


class Me(WireModel):
    """Whoever asks."""

    model_config = example(_ME)

    id: str
    kind: Literal["local", "user", "service"]
    name: str
    email: str | None = Field(description="Null for programs")
    permissions: tuple[str, ...]
    factors: tuple[str, ...] = Field(description="What was shown in this session")
    authenticated_at: AwareDatetime | None = Field(description="Null for keys")
    stepped_up: bool = Field(description="Whether what is most sensitive is allowed now")


class MyChanges(WireModel):
    """What is to change about oneself."""

    model_config = example({"name": "Ada King"})

    name: Name


class NewPassword(WireModel):
    """A password to be changed."""

    model_config = example(
        {"current": "an engine of several words", "chosen": "another engine of many words"}
    )

    current: _Password
    chosen: _Password


class NewEmail(WireModel):
    """An address to be confirmed by the link that is sent there."""

    model_config = example({"email": "ada@example.org"})

    email: EmailAddress


class StepUpProof(WireModel):
    """Who somebody says they are, once more: an answer to a factor of theirs, or the password without any."""

    model_config = example({"kind": "totp", "answer": "123456"})

    kind: Annotated[
        str, Field(max_length=20, description="The kind of a factor; `password` for who has none")
    ]
    answer: Annotated[str, Field(max_length=10_000, json_schema_extra={"format": "password"})]


class Session(WireModel):
    """A browser that is signed in."""

    model_config = example(_SESSION)

    id: UUID
    user_id: UUID
    created_at: AwareDatetime
    seen_at: AwareDatetime = Field(description="To within a minute")
    address: str
    agent: str = Field(description="What the browser calls itself")
    factors: tuple[str, ...]
    current: bool = Field(description="Whether it is the one that asks")


class SessionPage(Page[Session]):
    """One page of sessions."""

    model_config = example({"items": [_SESSION], "next": None})
