"""Grants through the clients."""

import asyncio
import datetime as dt

import pytest

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.errors import ConflictError, FourEyesError
from plimsoll.wire.grants import GrantHolder


def test_a_grant_and_its_life(api_url: str, key: str) -> None:
    """It is given to a team on a portfolio until a date, listed and ended; there is nothing to decide."""
    with RiskClient(api_url, key) as client:
        book, team = client.create_portfolio("Book"), client.create_team("Desk")
        holder = GrantHolder(kind="team", id=team.id)
        ends = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
        made = client.give_role(holder, "viewer", portfolio=book.id, expires_at=ends, comment="x")
        assert (made.status, made.expires_at, made.portfolio) == ("active", ends, book.id)
        assert client.grant(made.id) == made
        assert list(client.grants(holder=team.id, status="active")) == [made]
        for decide in (client.approve_grant, client.reject_grant):
            with pytest.raises((ConflictError, FourEyesError)):
                decide(made.id)
        assert client.end_grant(made.id).status == "ended"


def test_the_same_on_an_event_loop(api_url: str, key: str) -> None:
    """The other client has the same methods."""

    async def main() -> None:
        async with AsyncRiskClient(api_url, key) as client:
            team = await client.create_team("Desk")
            made = await client.give_role(GrantHolder(kind="team", id=team.id), "viewer", desk=team.id)
            assert await client.grant(made.id) == made
            assert [one async for one in client.grants()] == [made]
            for decide in (client.approve_grant, client.reject_grant):
                with pytest.raises((ConflictError, FourEyesError)):
                    await decide(made.id)
            assert (await client.end_grant(made.id)).status == "ended"

    asyncio.run(main())
