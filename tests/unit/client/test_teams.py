"""Teams through the clients."""

import asyncio
from uuid import uuid4

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.wire.teams import TeamMember


def test_a_team_and_its_life(api_url: str, key: str) -> None:
    """It is made, listed, changed and dropped."""
    with RiskClient(api_url, key) as client:
        book = client.create_portfolio("Book")
        member = TeamMember(kind="user", id=uuid4())
        made = client.create_team("Desk", members=[member], portfolios=[book.id])
        assert (client.team(made.id), list(client.teams())) == (made, [made])
        changed = client.change_team(made, members=[], name="Others")
        assert (changed.members, changed.name, changed.portfolios) == ((), "Others", (book.id,))
        client.delete_team(changed)
        assert list(client.teams()) == []


def test_the_same_on_an_event_loop(api_url: str, key: str) -> None:
    """The other client has the same methods."""

    async def main() -> None:
        async with AsyncRiskClient(api_url, key) as client:
            made = await client.create_team("Desk")
            assert await client.team(made.id) == made
            assert [one async for one in client.teams()] == [made]
            await client.delete_team(await client.change_team(made, name="x"))

    asyncio.run(main())
