"""Channels through both clients, on a real server."""

import asyncio
import inspect

import pytest

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.client.channels import AsyncChannelMethods, ChannelMethods
from plimsoll.errors import NotFoundError, UsageError

URL = "json://127.0.0.1:9/"


def test_a_channel_goes_through_its_life(api_url: str, key: str) -> None:
    """Each method says how it stands."""
    with RiskClient(api_url, key) as client:
        made = client.add_channel("Desk", URL, minimum_severity="critical")
        assert [client.channel(made.id)] == list(client.channels()) == [made]
        changed = client.change_channel(made, enabled=False)
        assert (changed.enabled, changed.minimum_severity) == (False, "critical")
        assert not client.test_channel(made.id).taken
        client.remove_channel(changed)
        with pytest.raises(NotFoundError):
            client.channel(made.id)
        with pytest.raises(UsageError):
            client.add_channel("Desk", "file:///etc/passwd")


def test_on_an_event_loop_it_is_the_same(api_url: str, key: str) -> None:
    """The asynchronous client does the same."""

    async def act() -> None:
        async with AsyncRiskClient(api_url, key) as client:
            made = await client.add_channel("Desk", URL)
            changed = await client.change_channel(made, escalate_after_minutes=5)
            assert [one async for one in client.channels()] == [await client.channel(made.id)] == [changed]
            assert not (await client.test_channel(made.id)).taken
            await client.remove_channel(changed)

    asyncio.run(act())


def test_both_clients_have_the_same_methods() -> None:
    """With the same parameters."""
    for name in (name for name in vars(ChannelMethods) if not name.startswith("_")):
        kinds = (ChannelMethods, AsyncChannelMethods)
        blocking, waiting = (inspect.signature(getattr(kind, name)) for kind in kinds)
        assert blocking.parameters == waiting.parameters
