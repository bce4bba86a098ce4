"""The client for event loops, in one process with the API."""

import inspect
from uuid import UUID

import httpx2
import pytest

from plimsoll.client import AsyncRiskClient, Retries, RiskClient
from plimsoll.errors import NotFoundError, UnavailableError
from plimsoll.services.risk_api.app import RiskApi
from plimsoll.services.risk_api.context import in_process
from risk_api_world import BOOK, prices_file
from scripted_server import Line, scripted_server

pytestmark = pytest.mark.anyio
_ID = UUID(int=1)


async def test_a_whole_day_without_a_server(api: RiskApi, key: str) -> None:
    """Everything that the API offers is reached through the in-process transport."""
    async with in_process(api) as app:
        transport = httpx2.ASGITransport(app)
        async with AsyncRiskClient("http://127.0.0.1", key, transport=transport) as client:
            book = await client.create_portfolio("Book")
            await client.create_portfolio("Other")
            assert await client.portfolio(book.id) == book
            names = [found.name async for found in client.portfolios(page_size=1)]
            assert names == ["Book", "Other"]
            await client.import_positions(book.id, BOOK)
            prices = await client.upload_prices(prices_file())
            assert await client.price_set(prices.id) == prices
            assert [found async for found in client.price_sets()] == [prices]
            run = await client.start_run(book.id)
            assert await client.run(run.id) == run
            assert [found async for found in client.runs()] == [run]
            assert (await client.report(run.id))["as_of"] == str(run.as_of)
            assert str(run.as_of).encode() in await client.report_document(run.id)
            assert "VaR" in await client.report_html(run.id)
            assert len((await client.cube(run.id)).nodes) == 1
            assert (await client.cube_table(run.id)).num_rows == 1
            assert (await client.what_if(run.id, {"BBB": 4})).change.var is not None
            assert (await client.replay(run.id)).identical
            assert (await client.diff(run.id, run.id)).changed == ()
            held = await client.positions(book.id)
            assert held.holdings == await anext(client.position_history(book.id))
            moved = await client.move_portfolio(await client.rename_portfolio(book, "New"), None)
            await client.archive_portfolio(moved)
            with pytest.raises(NotFoundError):
                await client.run(book.id)


async def test_a_passing_failure_is_tried_again() -> None:
    """Lost connections and passing refusals are passed over, as often as the retries allow."""
    retries = Retries(first_seconds=0.001)
    with scripted_server([Line(0), Line(503), Line(200, b'{"items": []}')]) as server:
        async with AsyncRiskClient(server.url, "plk_x", retries=retries) as client:
            assert [run async for run in client.runs()] == []
    with scripted_server([Line(0)]) as server:
        async with AsyncRiskClient(server.url, "plk_x", retries=retries) as client:
            with pytest.raises(UnavailableError, match="cannot be reached"):
                await client.replay(_ID)


def test_both_clients_offer_the_same() -> None:
    """Each public method of one is a method of the other, with the same parameters."""
    blocking, asynchronous = (
        {
            name: list(inspect.signature(method).parameters)
            for name, method in inspect.getmembers(kind, inspect.isfunction)
            if not name.startswith("_")
        }
        for kind in (RiskClient, AsyncRiskClient)
    )
    assert blocking == asynchronous
