"""Instruments through both clients."""

import httpx2
import pytest

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.errors import PreconditionError
from plimsoll.services.risk_api.app import RiskApi
from plimsoll.services.risk_api.context import in_process
from risk_api_world import BOOK


def test_instruments_are_found_and_named(api_url: str, key: str) -> None:
    """Search, where it is held, a change, its history, and a change that comes too late."""
    with RiskClient(api_url, key) as client:
        book = client.create_portfolio("Book")
        client.import_positions(book.id, BOOK)
        assert [one.symbol for one in client.instruments(page_size=1)] == ["AAA", "BBB", "USD"]
        (one,) = client.instruments("aaa", kind="equity")
        assert client.instrument(one.id) == one
        assert client.where_held(one.id).items[0].portfolio_id == book.id
        named = client.change_instrument(one, name="Triple A", attributes={"sector": "Tech"})
        assert (named.name, named.attributes, named.version) == ("Triple A", {"sector": "Tech"}, 2)
        assert client.instrument_history(one.id).items[0].name == "Triple A"
        with pytest.raises(PreconditionError):
            client.change_instrument(one, name="Late")


@pytest.mark.anyio
async def test_the_asynchronous_client_does_the_same(api: RiskApi, key: str) -> None:
    """Through the in-process transport."""
    async with in_process(api) as app:
        transport = httpx2.ASGITransport(app)
        async with AsyncRiskClient("http://127.0.0.1", key, transport=transport) as client:
            book = await client.create_portfolio("Book")
            await client.import_positions(book.id, BOOK)
            one = await anext(client.instruments("BBB"))
            assert await client.instrument(one.id) == one
            assert (await client.where_held(one.id)).items[0].quantity == -4
            named = await client.change_instrument(one, name="Bee")
            assert (await client.instrument_history(one.id)).items[0].name == named.name == "Bee"
