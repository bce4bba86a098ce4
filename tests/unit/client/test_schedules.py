"""Schedules through the clients."""

import asyncio
import datetime as dt

import pytest

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.errors import NotFoundError, PreconditionError, UsageError
from risk_api_world import BOOK, prices_file


def test_a_schedule_and_its_life(api_url: str, key: str) -> None:
    """It is made, read, changed by who has its version, paused, resumed and dropped."""
    with RiskClient(api_url, key) as client:
        book = client.create_portfolio("Book")
        made = client.create_schedule(book.id, "Nightly", "30 18 * * *", time_zone="Europe/London", days=60)
        assert (client.schedule(made.id), list(client.schedules(page_size=1))) == (made, [made])
        paused = client.pause_schedule(made)
        with pytest.raises(PreconditionError):
            client.pause_schedule(made)
        resumed = client.resume_schedule(client.change_schedule(paused, name="Later", cron="0 20 * * *"))
        assert (resumed.name, resumed.paused, len(resumed.next_firings)) == ("Later", False, 5)
        client.delete_schedule(resumed)
        with pytest.raises(NotFoundError):
            client.schedule(made.id)
        with pytest.raises(UsageError, match="cron"):
            client.create_schedule(book.id, "Nightly", "?")


def test_the_past_is_put_down(api_url: str, key: str) -> None:
    """A back-fill is a job."""
    with RiskClient(api_url, key) as client:
        book = client.create_portfolio("Book")
        client.import_positions(book.id, BOOK)
        client.upload_prices(prices_file())
        day = dt.date(2024, 6, 3)
        assert client.backfill(book.id, day, day, days=60).kind == "backfill"


def test_the_same_on_an_event_loop(api_url: str, key: str) -> None:
    """The other client has the same methods."""
    with RiskClient(api_url, key) as client:
        book = client.create_portfolio("Book")
        client.import_positions(book.id, BOOK)
        client.upload_prices(prices_file())

    async def main() -> None:
        async with AsyncRiskClient(api_url, key) as client:
            made = await client.create_schedule(book.id, "Nightly", "30 18 * * *")
            assert await client.schedule(made.id) == made
            assert [found async for found in client.schedules()] == [made]
            changed = await client.change_schedule(await client.pause_schedule(made), name="x")
            await client.delete_schedule(await client.resume_schedule(changed))
            job = await client.backfill(book.id, dt.date(2024, 6, 3), dt.date(2024, 6, 4), days=60)
            assert job.portfolio_id == book.id

    asyncio.run(main())
