"""Providers of single sign-on: the calls, and the methods of both clients."""

from collections.abc import AsyncIterator, Iterator
from uuid import UUID

from plimsoll.client.answers import message
from plimsoll.client.call import Call, get, post
from plimsoll.client.messages import checked
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.identity_providers import IdentityProvider, IdentityProviderPage, NewIdentityProvider
from plimsoll.wire.page import Page

__all__ = ["AsyncIdentityProviderMethods", "IdentityProviderMethods"]


def _add(name: str, issuer: str, client_id: str, client_secret: str) -> Call[IdentityProvider]:
    fields = {"name": name, "issuer": issuer, "client_id": client_id, "client_secret": client_secret}
    new = checked(NewIdentityProvider, fields)
    return post("/identity-providers", message(IdentityProvider), new, key=None)


def _list(limit: int | None) -> Call[Page[IdentityProvider]]:
    return get("/identity-providers", message(IdentityProviderPage), limit=limit)


def _one(provider_id: UUID) -> Call[IdentityProvider]:
    return get(f"/identity-providers/{provider_id}", message(IdentityProvider))


def _remove(provider_id: UUID) -> Call[None]:
    return post(f"/identity-providers/{provider_id}/remove", lambda _: None)


class IdentityProviderMethods(Sends):
    """The providers of single sign-on, for a client that waits for each answer."""

    def add_identity_provider(
        self, name: str, issuer: str, client_id: str, client_secret: str
    ) -> IdentityProvider:
        """Believe a provider of OpenID Connect, under the name and the secret that we have there."""
        return self.send(_add(name, issuer, client_id, client_secret))

    def identity_providers(self, *, page_size: int | None = None) -> Iterator[IdentityProvider]:
        """Yield providers, oldest first."""
        return self.items(_list(page_size))

    def identity_provider(self, provider_id: UUID) -> IdentityProvider:
        """Return a provider."""
        return self.send(_one(provider_id))

    def remove_identity_provider(self, provider_id: UUID) -> None:
        """Believe a provider no more."""
        self.send(_remove(provider_id))


class AsyncIdentityProviderMethods(AsyncSends):
    """The same for a client on an event loop; see `IdentityProviderMethods`."""

    async def add_identity_provider(
        self, name: str, issuer: str, client_id: str, client_secret: str
    ) -> IdentityProvider:
        """Believe a provider of OpenID Connect."""
        return await self.send(_add(name, issuer, client_id, client_secret))

    def identity_providers(self, *, page_size: int | None = None) -> AsyncIterator[IdentityProvider]:
        """Yield providers, oldest first."""
        return self.items(_list(page_size))

    async def identity_provider(self, provider_id: UUID) -> IdentityProvider:
        """Return a provider."""
        return await self.send(_one(provider_id))

    async def remove_identity_provider(self, provider_id: UUID) -> None:
        """Believe a provider no more."""
        await self.send(_remove(provider_id))
