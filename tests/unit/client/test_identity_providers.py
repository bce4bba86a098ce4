"""Providers of single sign-on through both clients, on a real server."""

import asyncio
import inspect

import pytest

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.client.identity_providers import AsyncIdentityProviderMethods, IdentityProviderMethods
from plimsoll.errors import UsageError

WORK = ("Work", "https://login.example.com", "us", "between us")


def test_a_provider_is_added_listed_and_removed(api_url: str, key: str) -> None:
    """What cannot be used is named."""
    with RiskClient(api_url, key) as client:
        made = client.add_identity_provider(*WORK)
        assert list(client.identity_providers()) == [made]
        assert client.identity_provider(made.id) == made
        client.remove_identity_provider(made.id)
        assert list(client.identity_providers()) == []
        with pytest.raises(UsageError):
            client.add_identity_provider("Work", "http://login.example.com", "us", "between us")


def test_on_an_event_loop_it_is_the_same(api_url: str, key: str) -> None:
    """The asynchronous client does the same."""

    async def act() -> None:
        async with AsyncRiskClient(api_url, key) as client:
            made = await client.add_identity_provider(*WORK)
            assert [one async for one in client.identity_providers()] == [made]
            assert await client.identity_provider(made.id) == made
            await client.remove_identity_provider(made.id)

    asyncio.run(act())


def test_both_clients_have_the_same_methods() -> None:
    """With the same parameters."""
    for name in (name for name in vars(IdentityProviderMethods) if not name.startswith("_")):
        kinds = (IdentityProviderMethods, AsyncIdentityProviderMethods)
        blocking, waiting = (inspect.signature(getattr(kind, name)) for kind in kinds)
        assert blocking.parameters == waiting.parameters
