"""Providers of single sign-on."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import Name, WireModel, example
from plimsoll.wire.page import Page

__all__ = ["IdentityProvider", "IdentityProviderPage", "NewIdentityProvider"]

_PROVIDER: dict[str, Any] = {
    "id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "name": "Firm login",
    "issuer": "https://login.example.com",
    "client_id": "plimsoll",
    "sign_in": "/sign-in/provider/0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "redirect_uri": "https://risk.example.com/sign-in/back",
    "created_at": "2026-06-30T07:00:00.000000Z",
    "created_by": "local",
}


class NewIdentityProvider(WireModel):
    """A provider of OpenID Connect to be believed."""

    model_config = example(
        {
            "name": "Firm login",
            "issuer": "https://login.example.com",
            "client_id": "plimsoll",
            "client_secret": "given by the provider",
        }
    )

    name: Name
    issuer: Annotated[str, Field(min_length=1, max_length=2000, description="Its address; https")]
    client_id: Annotated[str, Field(min_length=1, max_length=200, description="Who we are there")]
    client_secret: Annotated[str, Field(min_length=1, max_length=1000, description="Kept sealed")]


class IdentityProvider(WireModel):
    """A provider, without the secret."""

    model_config = example(_PROVIDER)

    id: UUID
    name: str
    issuer: str
    client_id: str
    sign_in: str = Field(description="Where a browser signs in through it")
    redirect_uri: str = Field(description="Where it sends people back to; it has to allow that")
    created_at: AwareDatetime
    created_by: str


class IdentityProviderPage(Page[IdentityProvider]):
    """One page of providers."""

    model_config = example({"items": [_PROVIDER], "next": None})
