"""Portfolios by name."""

from pathlib import Path
from uuid import uuid4

import pytest

from plimsoll.cli.naming import portfolio_id
from plimsoll.errors import NotFoundError, UsageError
from plimsoll.services.risk_api.installation import Installation

pytestmark = pytest.mark.anyio


async def test_a_portfolio_is_named(database_url: str, tmp_path: Path) -> None:
    """An id stands for itself; a name is found where it is there once."""
    async with Installation(tmp_path, database_url).client() as client:
        top = await client.create_portfolio("Top")
        assert await portfolio_id(client, "Top") == top.id
        other = uuid4()
        assert await portfolio_id(client, str(other)) == other
        with pytest.raises(NotFoundError, match="no portfolio Tip"):
            await portfolio_id(client, "Tip")
        gone = await client.archive_portfolio(await client.create_portfolio("Gone"))
        assert await portfolio_id(client, "Gone", archived=True) == gone.id
        with pytest.raises(NotFoundError, match="no portfolio Gone"):
            await portfolio_id(client, "Gone")
        await client.create_portfolio("Top", parent_id=top.id)
        with pytest.raises(UsageError, match="several portfolios are called Top"):
            await portfolio_id(client, "Top")
