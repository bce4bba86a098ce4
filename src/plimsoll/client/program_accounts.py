"""Service accounts, API keys and signing keys: the calls, and the methods of both clients."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, get, post
from plimsoll.client.messages import checked
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.model import WireModel
from plimsoll.wire.page import Page
from plimsoll.wire.program_accounts import (
    ApiKey,
    ApiKeyPage,
    ApiKeyWithSecret,
    NewApiKey,
    NewServiceAccount,
    ServiceAccount,
    ServiceAccountChanges,
    ServiceAccountPage,
)
from plimsoll.wire.signing_keys import KeyRotation, SigningKeys

__all__ = ["AsyncServiceAccountMethods", "ServiceAccountMethods"]

_JSON = {"Content-Type": "application/json"}


def _add(
    name: str, permissions: Sequence[str], public_keys: Sequence[Mapping[str, Any]]
) -> Call[ServiceAccount]:
    fields = {"name": name, "permissions": tuple(permissions), "public_keys": tuple(public_keys)}
    return post("/service-accounts", message(ServiceAccount), checked(NewServiceAccount, fields), key=None)


def _list(limit: int | None) -> Call[Page[ServiceAccount]]:
    return get("/service-accounts", message(ServiceAccountPage), limit=limit)


def _one(account_id: UUID) -> Call[ServiceAccount]:
    return get(f"/service-accounts/{account_id}", message(ServiceAccount))


def _change(known: ServiceAccount, changes: Mapping[str, Any]) -> Call[ServiceAccount]:
    return Call(
        method="PATCH",
        path=f"{API_PREFIX}/service-accounts/{known.id}",
        read=message(ServiceAccount),
        headers={**_JSON, "If-Match": f'"{known.etag}"'},
        content=_body(checked(ServiceAccountChanges, changes)),
    )


def _add_key(
    account_id: UUID,
    name: str,
    bounds: Mapping[str, Sequence[str] | Sequence[UUID] | None],
    days: int,
    canary: bool,
) -> Call[ApiKeyWithSecret]:
    fields: dict[str, Any] = {"name": name, "days": days, "canary": canary}
    fields |= {what: tuple(bound) for what, bound in bounds.items() if bound is not None}
    new = checked(NewApiKey, fields)
    return post(f"/service-accounts/{account_id}/keys", message(ApiKeyWithSecret), new, key=None)


def _keys(account_id: UUID | None, limit: int | None) -> Call[Page[ApiKey]]:
    path = "/api-keys" if account_id is None else f"/service-accounts/{account_id}/keys"
    return get(path, message(ApiKeyPage), limit=limit)


def _revoke(key_id: UUID) -> Call[None]:
    return post(f"/api-keys/{key_id}/revoke", lambda _: None)


def _signing_keys() -> Call[SigningKeys]:
    return get("/signing-keys", message(SigningKeys))


def _rotate(emergency: bool) -> Call[SigningKeys]:
    return Call(
        method="POST",
        path=f"{API_PREFIX}/signing-keys/rotate",
        read=message(SigningKeys),
        headers=_JSON,
        content=_body(checked(KeyRotation, {"emergency": emergency})),
    )


def _body(sent: WireModel) -> bytes:
    return sent.model_dump_json(exclude_unset=True).encode()


class ServiceAccountMethods(Sends):
    """The service accounts, API keys and signing keys of a client that waits for each answer."""

    def add_service_account(
        self, name: str, permissions: Sequence[str] = (), *, public_keys: Sequence[Mapping[str, Any]] = ()
    ) -> ServiceAccount:
        """Create a service account with permissions, and public keys by which it may sign in."""
        return self.send(_add(name, permissions, public_keys))

    def service_accounts(self, *, page_size: int | None = None) -> Iterator[ServiceAccount]:
        """Yield service accounts, oldest first."""
        return self.items(_list(page_size))

    def service_account(self, account_id: UUID) -> ServiceAccount:
        """Return a service account."""
        return self.send(_one(account_id))

    def change_service_account(self, known: ServiceAccount, **changes: Any) -> ServiceAccount:
        """Change a service account: ``disabled``, or its ``public_keys``; its sign-ins end."""
        return self.send(_change(known, changes))

    def add_api_key(
        self,
        account_id: UUID,
        name: str,
        *,
        permissions: Sequence[str] | None = None,
        portfolios: Sequence[UUID] | None = None,
        desks: Sequence[UUID] | None = None,
        days: int = 90,
        canary: bool = False,
    ) -> ApiKeyWithSecret:
        """Create an API key, shown this once, with some permissions, or on some portfolios or desks alone."""
        bounds = {"permissions": permissions, "portfolios": portfolios, "desks": desks}
        return self.send(_add_key(account_id, name, bounds, days, canary))

    def api_keys(self, account_id: UUID | None = None, *, page_size: int | None = None) -> Iterator[ApiKey]:
        """Yield the API keys of a service account or of all, oldest first."""
        return self.items(_keys(account_id, page_size))

    def revoke_api_key(self, key_id: UUID) -> None:
        """Revoke an API key for good."""
        self.send(_revoke(key_id))

    def signing_keys(self) -> SigningKeys:
        """Return the keys by which the installation signs access tokens."""
        return self.send(_signing_keys())

    def rotate_signing_keys(self, *, emergency: bool = False) -> SigningKeys:
        """Have another key sign: after an hour, or at once, which ends all access tokens."""
        return self.send(_rotate(emergency))


class AsyncServiceAccountMethods(AsyncSends):
    """The same of a client on an event loop; see `ServiceAccountMethods`."""

    async def add_service_account(
        self, name: str, permissions: Sequence[str] = (), *, public_keys: Sequence[Mapping[str, Any]] = ()
    ) -> ServiceAccount:
        """Create a service account."""
        return await self.send(_add(name, permissions, public_keys))

    def service_accounts(self, *, page_size: int | None = None) -> AsyncIterator[ServiceAccount]:
        """Yield service accounts, oldest first."""
        return self.items(_list(page_size))

    async def service_account(self, account_id: UUID) -> ServiceAccount:
        """Return a service account."""
        return await self.send(_one(account_id))

    async def change_service_account(self, known: ServiceAccount, **changes: Any) -> ServiceAccount:
        """Change a service account; its sign-ins end."""
        return await self.send(_change(known, changes))

    async def add_api_key(
        self,
        account_id: UUID,
        name: str,
        *,
        permissions: Sequence[str] | None = None,
        portfolios: Sequence[UUID] | None = None,
        desks: Sequence[UUID] | None = None,
        days: int = 90,
        canary: bool = False,
    ) -> ApiKeyWithSecret:
        """Create an API key, shown this once."""
        bounds = {"permissions": permissions, "portfolios": portfolios, "desks": desks}
        return await self.send(_add_key(account_id, name, bounds, days, canary))

    def api_keys(
        self, account_id: UUID | None = None, *, page_size: int | None = None
    ) -> AsyncIterator[ApiKey]:
        """Yield the API keys of a service account or of all, oldest first."""
        return self.items(_keys(account_id, page_size))

    async def revoke_api_key(self, key_id: UUID) -> None:
        """Revoke an API key for good."""
        await self.send(_revoke(key_id))

    async def signing_keys(self) -> SigningKeys:
        """Return the keys by which the installation signs access tokens."""
        return await self.send(_signing_keys())

    async def rotate_signing_keys(self, *, emergency: bool = False) -> SigningKeys:
        """Have another key sign."""
        return await self.send(_rotate(emergency))
