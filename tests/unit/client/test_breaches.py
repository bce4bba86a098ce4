"""Breaches through both clients."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest

from api_server import serving
from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT, ensure
from plimsoll.errors import ConflictError, PreconditionError
from plimsoll.services.risk_api.app import create_app
from plimsoll.services.risk_api.context import ApiContext
from plimsoll.services.risk_api.sign_in import LocalSignIn
from risk_api_world import prices_file

WHOLE = b"symbol,quantity,currency\nAAA,10,USD\n"
LATER = dt.date(2030, 1, 1)


@pytest.fixture
def alone_url(database_url: str, key: str) -> Iterator[str]:
    """Yield where an API is served that one person uses alone."""

    async def settle() -> None:
        database = Database(database_url)
        async with database.session(LOCAL_TENANT) as session:
            await ensure(session, LOCAL_TENANT, "local")
        await database.dispose()

    asyncio.run(settle())
    context = ApiContext(database=Database(database_url), sign_in=LocalSignIn(LOCAL_TENANT, key))
    with serving(create_app(replace(context, four_eyes=False))) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def breached_url(alone_url: str, key: str) -> str:
    """Return where an API is served that has a breach."""
    with RiskClient(alone_url, key) as client:
        book = client.create_portfolio("Book")
        client.import_positions(book.id, WHOLE)
        client.upload_prices(prices_file())
        limit = client.propose_limit(book.id, "VaR", {"measure": "var", "hard": 1e-3})
        assert limit.proposal is not None
        assert client.approve_limit(limit.proposal).version == 1
        client.start_run(book.id, days=60)
    return alone_url


def test_a_breach_is_acted_on(breached_url: str, key: str) -> None:
    """Each step returns the breach as it is then; what was seen too long ago is refused."""
    with RiskClient(breached_url, key) as client:
        (breach,) = client.breaches(status="open")
        assert client.breach(breach.id) == breach
        noted = client.acknowledge_breach(breach, "seen")
        with pytest.raises(PreconditionError):
            client.remedy_breach(breach)
        steps = client.comment_on_breach(client.remedy_breach(noted, "selling"), "half is sold")
        waived = client.waive_breach(steps, LATER, "agreed")
        assert (waived.status, waived.waived_until) == ("waived", LATER)
        with pytest.raises(ConflictError, match="still exceeded"):
            client.close_breach(waived, "done")
        story = client.breach_history(breach.id).items
        assert [event.text for event in story][1:] == ["seen", "selling", "half is sold", "agreed"]


def test_the_asynchronous_client_does_the_same(breached_url: str, key: str) -> None:
    """Each coroutine sends the call of its twin."""

    async def story() -> None:
        async with AsyncRiskClient(breached_url, key) as client:
            (breach,) = [one async for one in client.breaches()]
            assert await client.breach(breach.id) == breach
            noted = await client.acknowledge_breach(breach, "seen")
            steps = await client.comment_on_breach(await client.remedy_breach(noted), "half is sold")
            assert (await client.waive_breach(steps, LATER, "agreed")).status == "waived"
            with pytest.raises(ConflictError, match="still exceeded"):
                await client.close_breach(await client.breach(breach.id), "done")
            assert len((await client.breach_history(breach.id)).items) == 5

    asyncio.run(story())
