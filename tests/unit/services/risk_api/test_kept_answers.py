"""Answers that are kept: for those who may have them, in the form they take, until something changes."""

import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient
from sqlalchemy import insert
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from plimsoll.data.store import portfolios
from plimsoll.data.store.database import Database
from plimsoll.data.store.models import PortfolioRow
from plimsoll.errors import NotFoundError
from plimsoll.performance.cache import TwoLevelCache
from plimsoll.performance.redis_link import RedisLink
from plimsoll.services.risk_api.app import ROUTERS
from plimsoll.services.risk_api.etags import etag
from plimsoll.services.risk_api.kept_answers import BRIEFLY, BRIEFLY_LISTED, FOR_GOOD, keeping_of, kept
from plimsoll.services.risk_api.routes import ApiRoute, ApiRouter
from probe_api import Caller, client_of, probe_app
from risk_api_world import API, World, held, new_portfolio, ready_run, world_on

pytestmark = pytest.mark.anyio

MADE: Counter[str] = Counter()
router = ApiRouter("kept")


@router.get("/things/{name}")
@kept(FOR_GOOD)
async def read_thing(name: str, _: Caller, size: int = 10) -> Response:
    """Answer anew each time."""
    MADE[name] += 1
    if name == "missing":
        raise NotFoundError("there is no such thing")
    return PlainTextResponse(f"{MADE[name]:{size}}", headers={"ETag": etag(name)})


@router.get("/stream")
@kept(FOR_GOOD)
async def read_stream(_: Caller) -> Response:
    """Answer bit by bit."""
    MADE["stream"] += 1
    return StreamingResponse(iter([b"one", b"two"]))


@pytest.fixture
async def world(database: Database, tenant: UUID, other_tenant: UUID) -> AsyncIterator[World]:
    """Yield the API on a fresh database with two tenants."""
    async with world_on(database, tenant, other_tenant) as world:
        yield world


@asynccontextmanager
async def kept_client(cache: TwoLevelCache | None = None) -> AsyncIterator[AsyncClient]:
    """Yield a client of the routes above."""
    MADE.clear()
    async with client_of(probe_app(routers=(router,), cache=cache or TwoLevelCache())) as client:
        yield client


async def test_an_answer_is_made_once_for_each_form() -> None:
    """The same path and query come from the cache, plain or compressed; another query is another answer."""
    async with kept_client() as client:
        for path, encoding in (("a", "identity"), ("a?size=2000", "identity"), ("a?size=2000", "gzip")):
            found = [
                await client.get(f"{API}/kept/things/{path}", headers={"accept-encoding": encoding})
                for _ in range(3)
            ]
            assert len({answer.text for answer in found}) == 1
            assert {answer.headers.get("content-encoding", "identity") for answer in found} == {encoding}
            assert len({answer.headers["x-request-id"] for answer in found}) == 3
    assert MADE["a"] == 2


async def test_nobody_gets_an_answer_who_may_not_have_it() -> None:
    """Without a key it is 401 although the answer is kept."""
    async with kept_client() as client:
        assert (await client.get(f"{API}/kept/things/a")).status_code == 200
        client.headers.pop("authorization")
        assert (await client.get(f"{API}/kept/things/a")).status_code == 401


async def test_a_client_that_has_it_gets_304_also_the_first_time() -> None:
    """What is kept is the whole answer, whoever asks first."""
    async with kept_client() as client:
        known = {"if-none-match": etag("a")}
        assert (await client.get(f"{API}/kept/things/a", headers=known)).status_code == 304
        assert (await client.get(f"{API}/kept/things/a")).status_code == 200
        assert (await client.get(f"{API}/kept/things/a", headers=known)).status_code == 304
        assert (await client.head(f"{API}/kept/things/a")).headers["etag"] == etag("a")
    assert MADE["a"] == 1


async def test_what_is_missing_is_missing_for_a_moment() -> None:
    """The same problem comes back without the endpoint."""
    async with kept_client() as client:
        found = [await client.get(f"{API}/kept/things/missing") for _ in range(3)]
    assert [(one.status_code, one.json()["code"]) for one in found] == [(404, "not-found")] * 3
    assert MADE["missing"] == 1


async def test_a_stream_is_not_kept() -> None:
    """It is answered as if nothing was to be kept."""
    async with kept_client() as client:
        assert [(await client.get(f"{API}/kept/stream")).text for _ in range(2)] == ["onetwo"] * 2


async def test_instances_share_through_redis(redis_url: str) -> None:
    """What one instance made for good another one does not make again."""
    thing = uuid4().hex
    async with kept_client(TwoLevelCache(RedisLink(redis_url, seconds=1.0))) as client:
        first = await client.get(f"{API}/kept/things/{thing}")
        await client.get(f"{API}/kept/things/other")  # by now the first one has been written
        count = MADE[thing]
    async with kept_client(TwoLevelCache(RedisLink(redis_url, seconds=1.0))) as client:
        again = await client.get(f"{API}/kept/things/{thing}")
    assert count == 1
    assert again.text == first.text
    assert MADE[thing] == 0


def test_what_is_kept_is_listed_here() -> None:
    """A further kept answer is a decision: it must depend on nothing but tenant, path, query and form."""
    found = {
        route.name: keeping
        for one in ROUTERS
        for route in one.routes
        if isinstance(route, ApiRoute) and (keeping := keeping_of(route.endpoint)) is not None
    }
    runs = ("get_risk_run", "get_report", "get_report_page", "cut_cube", "diff_risk_runs")
    for_good = (*runs, "get_import", "get_import_positions")
    for_a_moment = ("get_portfolio", "get_positions", "get_position_history")
    briefly = {**dict.fromkeys(for_a_moment, BRIEFLY), "list_portfolios": BRIEFLY_LISTED}
    assert found == {**dict.fromkeys(for_good, FOR_GOOD), **briefly}


async def test_a_list_is_kept_until_anything_in_it_changes(world: World) -> None:
    """A new portfolio, a new name and an archived one are seen at once in the list."""

    async def names() -> list[str]:
        return [one["name"] for one in (await world.owner.get(f"{API}/portfolios")).json()["items"]]

    assert await names() == []
    first = await new_portfolio(world.owner, "One")
    second = await new_portfolio(world.owner, "Two")
    assert await names() == ["One", "Two"]
    path, tag = f"{API}/portfolios/{first['id']}", {"If-Match": '"1"'}
    assert (await world.owner.patch(path, json={"name": "Uno"}, headers=tag)).status_code == 200
    assert await names() == ["Uno", "Two"]
    assert (await world.owner.delete(f"{API}/portfolios/{second['id']}", headers=tag)).status_code == 200
    assert await names() == ["Uno"]


def _made_long_ago(number: int) -> UUID:
    """Return an id that was made a minute ago."""
    milliseconds = round((time.time() - 60.0) * 1000) + number
    return UUID(int=milliseconds << 80 | 0x7 << 76 | 0b10 << 62 | number)


async def test_what_is_made_now_ends_no_page_before_it(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """A page that something follows stays when a portfolio is made, and ends when an older one changes."""
    cache = TwoLevelCache(clock=lambda: 0.0)  # nothing ends by itself
    ids = [_made_long_ago(number) for number in range(4)]
    async with database.session(tenant) as session:
        for number, made in enumerate(ids):
            await session.execute(
                insert(PortfolioRow).values(id=made, name=f"old {number}", base_currency="USD")
            )
    async with world_on(database, tenant, other_tenant, cache=cache) as world:

        async def names(query: str) -> list[str]:
            answer = await world.owner.get(f"{API}/portfolios?{query}")
            return [one["name"] for one in answer.json()["items"]]

        full, last = "limit=2", f"limit=2&after={ids[1]}"
        for query, expected in ((full, ["old 0", "old 1"]), (last, ["old 2", "old 3"])):
            assert await names(query) == expected
        waits: list[float] = []
        database.watch_waits(waits.append)
        await new_portfolio(world.owner, "New")
        waits.clear()
        assert await names(full) == ["old 0", "old 1"]
        assert not waits  # it was kept
        assert await names(f"limit=3&after={ids[1]}") == ["old 2", "old 3", "New"]
        assert (await world.owner.get(f"{API}/portfolios?{last}")).json()["next"] is not None
        renamed = await world.owner.patch(
            f"{API}/portfolios/{ids[1]}", json={"name": "renamed"}, headers={"If-Match": '"1"'}
        )
        assert renamed.status_code == 200
        assert await names(full) == ["old 0", "renamed"]


async def test_a_change_is_seen_at_once(world: World, database: Database, tenant: UUID) -> None:
    """Whoever changes a portfolio or its positions reads the change, through the API or beside it."""
    book = await new_portfolio(world.owner)
    path = f"{API}/portfolios/{book['id']}"
    assert (await world.owner.get(f"{path}/positions")).status_code == 404
    await held(world.owner, book["id"])
    assert len((await world.owner.get(f"{path}/positions")).json()["positions"]) == 3
    await held(world.owner, book["id"], b"symbol,quantity,currency\nAAA,1,USD\n")
    assert len((await world.owner.get(f"{path}/positions")).json()["positions"]) == 1
    assert (await world.owner.get(path)).json()["name"] == book["name"]
    changed = await world.owner.patch(path, json={"name": "New"}, headers={"If-Match": '"1"'})
    assert changed.status_code == 200
    assert (await world.owner.get(path)).json()["name"] == "New"
    async with database.session(tenant) as session:
        await portfolios.update(session, UUID(book["id"]), expected_version=2, name="Newer")
    assert (await world.owner.get(path)).json()["name"] == "Newer"


async def test_kept_answers_are_those_of_the_database(world: World, database: Database) -> None:
    """Each kept answer of a run is the same again, 404 to another tenant, and needs no database."""
    run = await ready_run(world.owner)
    base = f"{API}/risk-runs/{run['id']}"
    paths = [
        base,
        f"{base}/report",
        f"{base}/report.html",
        f"{base}/cube?by=desk",
        f"{base}/diff/{run['id']}",
    ]
    for path in paths:
        first = await world.owner.get(path)
        assert first.status_code == 200, first.text
        assert (await world.outsider.get(path)).status_code == 404
        assert (await world.powerless.get(path)).status_code == 403
        queries: list[str] = []
        database.watch_waits(lambda _, path=path, queries=queries: queries.append(path))  # type: ignore[misc]  # bound now
        again = await world.owner.get(path)
        assert (again.content, again.headers["content-type"]) == (
            first.content,
            first.headers["content-type"],
        )
        assert queries == []


async def test_a_basket_is_valued_once(world: World, database: Database) -> None:
    """The same basket again asks at most for the limits, once they are a second old; others get 404."""
    run = await ready_run(world.owner)
    path, basket = f"{API}/risk-runs/{run['id']}/what-if", {"trades": [{"symbol": "AAA", "quantity": 5}]}
    first = await world.owner.post(path, json=basket)
    waits: list[float] = []
    database.watch_waits(waits.append)
    assert (await world.owner.post(path, json=basket)).content == first.content
    assert len(waits) <= 1
    assert (await world.outsider.post(path, json=basket)).status_code == 404
    other = await world.owner.post(path, json={"trades": [{"symbol": "AAA", "quantity": 6}]})
    assert other.json()["change"] != first.json()["change"]
