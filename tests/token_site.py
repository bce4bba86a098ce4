"""The API on a real server, with somebody who signs in by tokens, and the key by which those are signed."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import httpx2

from api_server import serving
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.security.key_ring import SigningKey
from plimsoll.security.tokens import new_token
from plimsoll.services.risk_api.app import create_app
from plimsoll.services.risk_api.context import ApiContext
from plimsoll.services.risk_api.sign_in import LocalSignIn
from plimsoll.workflows.outward import Outward
from plimsoll.workflows.signing_keys import load_ring
from somebody import EMAIL, PASSWORD, new_user

__all__ = ["ME", "OUTSIDE", "TokenSite", "token_site"]

ME = "/api/v1/me"
OUTSIDE = "https://risk.example"
"""Where people are told to find it."""
_Found = TypeVar("_Found")


@dataclass(frozen=True)
class TokenSite:
    """A running API.

    `key` opens it for the user of the machine; Ada may do everything, by the password of `people`.
    """

    url: str
    database_url: str
    outward: Outward
    key: str
    user_id: UUID

    def client(self, bearer: str | None = None) -> httpx2.Client:
        """Return a client, of somebody who holds a token or of nobody."""
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=30)

    def status(self, bearer: str, path: str = ME) -> int:
        """Return what the API answers to whoever holds a token."""
        with self.client(bearer) as client:
            return client.get(path).status_code

    def sign_in(self, password: str = PASSWORD) -> httpx2.Response:
        """Sign Ada in."""
        with self.client() as client:
            return client.post("/api/v1/tokens", json={"email": EMAIL, "password": password})

    def tokens(self) -> dict[str, Any]:
        """Return tokens of Ada's."""
        answer = self.sign_in()
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def refresh(self, token: str) -> httpx2.Response:
        """Exchange a refresh token."""
        with self.client() as client:
            return client.post("/api/v1/tokens/refresh", json={"refresh_token": token})

    def signing_key(self) -> SigningKey:
        """Return the key that signs, as whoever has stolen it would have it."""
        now = dt.datetime.now(dt.UTC)

        async def found(database: Database) -> SigningKey:
            async with database.session(LOCAL_TENANT) as session:
                return (await load_ring(session, self.outward.sealers, now)).signer(now)

        return self.with_database(found)

    def with_database(self, act: Callable[[Database], Awaitable[_Found]]) -> _Found:
        """Return what is found in the database behind the back of the API."""
        return _on(self.database_url, act)


@contextmanager
def token_site(database_url: str, *, loopback: bool = False) -> Iterator[TokenSite]:
    """Serve the API on a database of its own."""

    async def person(database: Database) -> UUID:
        return (await new_user(database)).id

    user_id = _on(database_url, person)
    key, outward = new_token("plk"), Outward(loopback=loopback)
    context = ApiContext(
        database=Database(database_url),
        sign_in=LocalSignIn(LOCAL_TENANT, key),
        outward=outward,
        address=OUTSIDE,
    )
    with serving(create_app(context)) as port:
        yield TokenSite(f"http://127.0.0.1:{port}", database_url, outward, key, user_id)


def _on(url: str, act: Callable[[Database], Awaitable[_Found]]) -> _Found:
    async def work() -> _Found:
        database = Database(url)
        try:
            return await act(database)
        finally:
            await database.dispose()

    return asyncio.run(work())
