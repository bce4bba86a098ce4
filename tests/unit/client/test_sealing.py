"""The keys of secrets through both clients, on a real server."""

import asyncio
import inspect

import pytest

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.client.sealing import AsyncSealingMethods, SealingMethods
from plimsoll.errors import ConflictError


def test_keys_are_looked_at_and_made_anew(api_url: str, key: str) -> None:
    """The first key is there as soon as somebody looks; the second one is on its way after a rotation."""
    with RiskClient(api_url, key) as client:
        found = client.sealing()
        assert {(one.purpose, one.number) for one in found.keys} == {("seal", 1), ("index", 1)}
        assert (found.number, found.problem) == (1, "")
        assert client.reseal_secrets().kind == "reseal"
        assert client.rotate_secrets().kind == "reseal"
        with pytest.raises(ConflictError, match="on its way"):
            client.rotate_secrets()
        assert len(client.sealing().keys) == 3


def test_on_an_event_loop_it_is_the_same(api_url: str, key: str) -> None:
    """The asynchronous client does the same."""

    async def act() -> None:
        async with AsyncRiskClient(api_url, key) as client:
            assert (await client.reseal_secrets()).status == "queued"
            assert (await client.rotate_secrets()).status == "queued"
            assert (await client.sealing()).number == 1

    asyncio.run(act())


def test_both_clients_have_the_same_methods() -> None:
    """With the same parameters."""
    for name in (name for name in vars(SealingMethods) if not name.startswith("_")):
        kinds = (SealingMethods, AsyncSealingMethods)
        blocking, waiting = (inspect.signature(getattr(kind, name)) for kind in kinds)
        assert blocking.parameters == waiting.parameters
