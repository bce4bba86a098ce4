"""Roles through the clients."""

import asyncio

import pytest

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.errors import PreconditionError


def test_a_role_and_its_life(api_url: str, key: str) -> None:
    """It is made, listed after those that ship, changed by who has its version, and dropped."""
    with RiskClient(api_url, key) as client:
        made = client.create_role("Reader", ["runs:read"], description="Reads")
        assert made.id is not None
        assert client.roles()[-1] == made == client.role(made.id)
        changed = client.change_role(made, permissions=["jobs:read"])
        with pytest.raises(PreconditionError):
            client.change_role(made, description="x")
        client.delete_role(changed)
        assert client.roles()[0].name == "viewer"


def test_the_same_on_an_event_loop(api_url: str, key: str) -> None:
    """The other client has the same methods."""

    async def main() -> None:
        async with AsyncRiskClient(api_url, key) as client:
            made = await client.create_role("Reader", ["runs:read"])
            assert made.id is not None
            assert (await client.roles())[-1] == await client.role(made.id)
            await client.delete_role(await client.change_role(made, description="x"))
            assert len(await client.roles()) == len([one for one in await client.roles() if one.id is None])

    asyncio.run(main())
