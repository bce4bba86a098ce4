"""A connection that breaks at any statement of a creation: nothing is lost, nothing is there twice."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import text

from fault_proxy import CutMessage, FaultProxy, fault_proxy, postgres_socket, through
from plimsoll.data.store.database import Database
from risk_api_world import API, BOOK, World, held, new_portfolio, new_prices, prices_file, world_on

pytestmark = pytest.mark.anyio

MOST_STATEMENTS = 60


@dataclass(frozen=True)
class Case:
    """A creation, and the table that its row is in."""

    table: str
    send: Callable[[AsyncClient, str, dict[str, str]], Awaitable[Response]]


async def _portfolio(client: AsyncClient, _: str, headers: dict[str, str]) -> Response:
    name = headers["Idempotency-Key"]
    return await client.post(f"{API}/portfolios", json={"name": name}, headers=headers)


async def _import(client: AsyncClient, portfolio: str, headers: dict[str, str]) -> Response:
    path = f"{API}/portfolios/{portfolio}/positions"
    return await client.put(path, content=BOOK, headers={**headers, "Content-Type": "text/csv"})


async def _prices(client: AsyncClient, _: str, headers: dict[str, str]) -> Response:
    number = int(headers["Idempotency-Key"].rpartition("-")[2])
    content = prices_file().replace(b"2024-01-01,100.0", b"2024-01-01,%d.5" % (100 + number))
    headers = {**headers, "Content-Type": "text/csv"}
    return await client.post(f"{API}/price-sets", content=content, headers=headers)


async def _run(client: AsyncClient, portfolio: str, headers: dict[str, str]) -> Response:
    return await client.post(f"{API}/risk-runs", json={"portfolio_id": portfolio}, headers=headers)


CASES = {
    "portfolio": Case("portfolios", _portfolio),
    "import": Case("holdings", _import),
    "prices": Case("price_sets", _prices),
    "run": Case("runs", _run),
}


@pytest.fixture
def proxy(database_url: str) -> Iterator[FaultProxy]:
    """Yield a proxy before the database of the test."""
    with fault_proxy(postgres_socket(database_url)) as proxy:
        yield proxy


@pytest.fixture
async def world(
    proxy: FaultProxy, database_url: str, tenant: UUID, other_tenant: UUID
) -> AsyncIterator[World]:
    """Yield the API on a database behind the proxy."""
    async with world_on(Database(through(proxy, database_url), pool_size=3), tenant, other_tenant) as world:
        yield world


async def count(database: Database, tenant: UUID, table: str) -> int:
    """Return how many rows there are, asked past the proxy."""
    async with database.session(tenant) as session:
        return int((await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())  # noqa: S608 - a table of ours


@pytest.mark.parametrize("delivered", [False, True], ids=["statement lost", "answer lost"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_each_statement_may_fail(
    case: Case, delivered: bool, proxy: FaultProxy, world: World, database: Database, tenant: UUID
) -> None:
    """Whichever statement breaks: the answer is 503, and the same request again has one effect.

    The last answer that can be lost is that to COMMIT: the change is there, and the retry learns so.
    """
    portfolio = (await new_portfolio(world.owner))["id"]
    await held(world.owner, portfolio)
    await new_prices(world.owner)
    before = await count(database, tenant, case.table)
    for number in range(1, MOST_STATEMENTS):
        headers = {"Idempotency-Key": f"{case.table}-{number}"}
        with proxy.cutting(CutMessage(number=number, delivered=delivered)) as cut:
            first = await case.send(world.owner, portfolio, headers)
        if first.is_error:
            assert (first.status_code, first.headers["Retry-After"]) == (503, "1"), first.text
        again = await case.send(world.owner, portfolio, headers)
        assert again.is_success, again.text
        assert first.is_error or again.content == first.content
        assert await count(database, tenant, case.table) == before + number
        if not cut.done:
            break
    assert 5 < number < MOST_STATEMENTS - 1


async def test_a_lost_commit_acknowledgement(
    proxy: FaultProxy, world: World, database: Database, tenant: UUID
) -> None:
    """The server has committed and the API cannot know: it says 503, and the retry gets what was made."""
    headers = {"Idempotency-Key": "lost"}
    with proxy.cutting(CutMessage(containing=b"COMMIT", delivered=True)) as cut:
        lost = await _portfolio(world.owner, "", headers)
    assert (cut.done, lost.status_code) == (True, 503)
    assert await count(database, tenant, "portfolios") == 1
    again = await _portfolio(world.owner, "", headers)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    listed = (await world.owner.get(f"{API}/portfolios")).json()["items"]
    assert [one["id"] for one in listed] == [again.json()["id"]]
