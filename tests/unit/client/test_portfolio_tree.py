"""The tree of portfolios through both clients."""

import asyncio

import pytest

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.errors import ConflictError


def test_the_tree_is_read_and_a_portfolio_restored(api_url: str, key: str) -> None:
    """Both clients read the same; what is archived comes back once."""
    with RiskClient(api_url, key) as client:
        top = client.create_portfolio("Top")
        gone = client.archive_portfolio(client.create_portfolio("Below", parent_id=top.id))
        assert [one.name for one in client.portfolio_tree()] == ["Top"]
        everything = client.portfolio_tree(include_archived=True)
        assert [(one.name, one.depth) for one in everything] == [("Top", 0), ("Below", 1)]
        back = client.restore_portfolio(gone)
        with pytest.raises(ConflictError, match="not archived"):
            client.restore_portfolio(back)

    async def again() -> None:
        async with AsyncRiskClient(api_url, key) as client:
            gone = await client.archive_portfolio(back)
            await client.restore_portfolio(gone)
            assert [one.name for one in await client.portfolio_tree()] == ["Top", "Below"]

    asyncio.run(again())
