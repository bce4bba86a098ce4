"""What the page of the sign-in sends."""

from typing import Annotated

from pydantic import Field

from plimsoll.wire.model import Name, WireModel

__all__ = ["FirstAdministrator", "Link", "PasswordClaim"]

_Token = Annotated[str, Field(max_length=64, description="What stands after # in the link")]
_Email = Annotated[str, Field(max_length=320)]
_Password = Annotated[str, Field(max_length=1000)]


class Link(WireModel):
    """What the one-time link carries."""

    token: _Token


class PasswordClaim(WireModel):
    """Who somebody says they are."""

    email: _Email
    password: _Password
    tenant: Annotated[str, Field(max_length=200, description="Empty for the tenant of the installation")] = ""


class FirstAdministrator(WireModel):
    """The first administrator of an installation."""

    token: _Token
    name: Name
    email: _Email
    password: _Password
