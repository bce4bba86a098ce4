"""What the page of the sign-in sends."""

from typing import Annotated

from pydantic import Field

from plimsoll.wire.model import Name, WireModel

__all__ = [
    "Acceptance",
    "Challenge",
    "FactorAnswer",
    "FirstAdministrator",
    "Forgotten",
    "Link",
    "NewPasswordByLink",
    "OpenedLink",
    "PasswordClaim",
]

_Token = Annotated[str, Field(max_length=64, description="What stands after # in the link")]
_Email = Annotated[str, Field(max_length=320)]
_Password = Annotated[str, Field(max_length=1000)]
_Tenant = Annotated[str, Field(max_length=200, description="Empty for the tenant of the installation")]


class Link(WireModel):
    """What the one-time link carries."""

    token: _Token


class OpenedLink(WireModel):
    """A link that is good: to which tenant it leads."""

    tenant: str | None = Field(description="Null for that of the installation")


class PasswordClaim(WireModel):
    """Who somebody says they are."""

    email: _Email
    password: _Password
    tenant: _Tenant = ""


class Challenge(WireModel):
    """What is still asked for: one of these kinds, under this token."""

    challenge: str
    kinds: tuple[str, ...]


class FactorAnswer(WireModel):
    """An answer to a second factor."""

    challenge: _Token
    kind: Annotated[str, Field(max_length=20)]
    answer: Annotated[str, Field(max_length=10_000)]


class FirstAdministrator(WireModel):
    """The first administrator of an installation."""

    token: _Token
    name: Name
    email: _Email
    password: _Password


class Acceptance(WireModel):
    """Somebody who was invited and chooses a password."""

    token: _Token
    name: Name | None = Field(default=None, description="Null for as they were invited")
    password: _Password


class Forgotten(WireModel):
    """Somebody who has forgotten their password."""

    email: _Email
    tenant: _Tenant = ""


class NewPasswordByLink(WireModel):
    """A password that is set anew."""

    token: _Token
    password: _Password
