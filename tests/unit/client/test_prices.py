"""Prices through both clients."""

import datetime as dt

import httpx2
import pytest

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.services.risk_api.app import RiskApi
from plimsoll.services.risk_api.context import in_process
from risk_api_world import prices_file
from small_book import SYMBOLS, small_market


def test_prices_are_read_page_by_page(api_url: str, key: str) -> None:
    """The last prices and the series are those of the file."""
    table = small_market()
    with RiskClient(api_url, key) as client:
        stored = client.upload_prices(prices_file())
        last = list(client.last_prices(page_size=2))
        assert [one.symbol for one in last] == sorted(SYMBOLS)
        assert [one.symbol for one in client.last_prices("eur", price_set_id=stored.id)] == ["EURUSD"]
        points = list(client.price_series("AAA", page_size=100))
        assert [one.price for one in points] == table.prices[:, 0].tolist()
        some = client.price_series("AAA", first=dt.date(2024, 1, 2), last=dt.date(2024, 1, 3))
        assert [one.date.day for one in some] == [2, 3]


@pytest.mark.anyio
async def test_the_asynchronous_client_does_the_same(api: RiskApi, key: str) -> None:
    """Through the in-process transport."""
    async with in_process(api) as app:
        transport = httpx2.ASGITransport(app)
        async with AsyncRiskClient("http://127.0.0.1", key, transport=transport) as client:
            await client.upload_prices(prices_file())
            assert [one.symbol async for one in client.last_prices(page_size=2)] == sorted(SYMBOLS)
            assert len([one async for one in client.price_series("BBB", page_size=100)]) == 301
