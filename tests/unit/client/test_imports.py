"""Imports through both clients."""

import httpx2
import pytest

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.services.risk_api.app import RiskApi
from plimsoll.services.risk_api.context import in_process
from risk_api_world import BOOK

MANY = b"symbol,quantity\n" + b"".join(b"S%d,%d\n" % (n, n + 1) for n in range(10_500))


def test_imports_are_listed_and_their_files_come_back(api_url: str, key: str) -> None:
    """The account of an import is what the import itself answered."""
    with RiskClient(api_url, key) as client:
        book = client.create_portfolio("Book")
        sent = [client.import_positions(book.id, BOOK) for _ in range(3)]
        assert list(client.imports(page_size=2)) == [one.holdings for one in sent[::-1]]
        assert list(client.imports(book.id)) == list(client.position_history(book.id, page_size=1))
        assert client.imported(sent[0].holdings.id) == sent[0]
        assert client.import_file(sent[0].holdings.id) == BOOK


def test_positions_are_fetched_to_the_last(api_url: str, key: str) -> None:
    """More positions than fit into one answer arrive as one answer."""
    with RiskClient(api_url, key) as client:
        book = client.create_portfolio("Book")
        client.import_positions(book.id, MANY)
        found = client.positions(book.id)
    assert [one.quantity for one in found.positions] == [n + 1 for n in range(10_500)]
    assert found.next is None


@pytest.mark.anyio
async def test_the_asynchronous_client_does_the_same(api: RiskApi, key: str) -> None:
    """Through the in-process transport."""
    async with in_process(api) as app:
        transport = httpx2.ASGITransport(app)
        async with AsyncRiskClient("http://127.0.0.1", key, transport=transport) as client:
            book = await client.create_portfolio("Book")
            sent = await client.import_positions(book.id, BOOK)
            assert [one async for one in client.imports(book.id)] == [sent.holdings]
            assert await client.imported(sent.holdings.id) == sent
            assert await client.import_file(sent.holdings.id) == BOOK
            await client.import_positions(book.id, MANY)
            assert len((await client.positions(book.id)).positions) == 10_500
