"""Several clients at once on a real server: one wins, one effect, and everybody is told the truth."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from httpx2 import AsyncClient, Limits, Response

from api_server import serving
from plimsoll.data.store.database import Database
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.app import create_app
from plimsoll.services.risk_api.context import ApiContext
from risk_api_world import API, BOOK, EVERYTHING, Doors, held, made, new_portfolio, new_prices

pytestmark = pytest.mark.anyio

RACERS = 16
CSV = {"Content-Type": "text/csv"}


@pytest.fixture
async def client(database_url: str, tenant: UUID) -> AsyncIterator[AsyncClient]:
    """Yield a client with many connections to the API on a real server."""
    people = {"racer": Principal("racer", tenant, "Racer", frozenset(Permission))}
    context = ApiContext(database=Database(database_url), sign_in=Doors(tenant, "", people=people))
    with serving(create_app(context, EVERYTHING)) as port:
        async with AsyncClient(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Authorization": "Bearer racer"},
            limits=Limits(max_connections=RACERS),
            timeout=120,
        ) as client:
            yield client


def statuses(answers: list[Response]) -> dict[int, int]:
    """Return how often each status came."""
    found = [answer.status_code for answer in answers]
    return {status: found.count(status) for status in sorted(set(found))}


async def test_editors_of_one_portfolio(client: AsyncClient) -> None:
    """Of sixteen who change the same version exactly one wins; the others learn that they were late."""
    book = await new_portfolio(client)
    path = f"{API}/portfolios/{book['id']}"
    answers = await asyncio.gather(
        *(client.patch(path, json={"name": f"Name {n}"}, headers={"If-Match": '"1"'}) for n in range(RACERS))
    )
    assert statuses(answers) == {200: 1, 412: RACERS - 1}
    won = next(answer for answer in answers if answer.is_success)
    assert made(await client.get(path), 200) == won.json()
    assert won.headers["ETag"] == '"2"'


@pytest.mark.parametrize("what", ["portfolio", "import", "run"])
async def test_the_same_key_in_parallel(client: AsyncClient, what: str) -> None:
    """Sixteen times the same request with the same key is one effect, and the same answer to all."""
    book = (await new_portfolio(client, "Ready"))["id"]
    await held(client, book)
    await new_prices(client)
    key = {"Idempotency-Key": "the-same"}

    async def ask() -> Response:
        if what == "portfolio":
            return await client.post(f"{API}/portfolios", json={"name": "Once"}, headers=key)
        if what == "import":
            path = f"{API}/portfolios/{book}/positions"
            return await client.put(path, content=BOOK, headers={**key, **CSV})
        return await client.post(f"{API}/risk-runs", json={"portfolio_id": book}, headers=key)

    answers = await asyncio.gather(*(ask() for _ in range(RACERS)))
    assert all(answer.is_success for answer in answers), statuses(answers)
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    assert len(made(await client.get(f"{API}/portfolios"), 200)["items"]) == 1 + (what == "portfolio")
    history = made(await client.get(f"{API}/portfolios/{book}/positions/history"), 200)
    assert len(history["items"]) == 1 + (what == "import")
    assert len(made(await client.get(f"{API}/risk-runs"), 200)["items"]) == (what == "run")


async def test_the_same_key_for_different_requests(client: AsyncClient) -> None:
    """One of them wins the key; those who meant something else are refused, and nothing of theirs is made."""
    key = {"Idempotency-Key": "contested"}
    answers = await asyncio.gather(
        *(client.post(f"{API}/portfolios", json={"name": f"Name {n}"}, headers=key) for n in range(RACERS))
    )
    assert statuses(answers) == {201: 1, 409: RACERS - 1}
    assert len(made(await client.get(f"{API}/portfolios"), 200)["items"]) == 1


async def test_imports_into_one_portfolio(client: AsyncClient) -> None:
    """All are kept in one strict order, none is overwritten, and the last one counts."""
    book = (await new_portfolio(client))["id"]
    path = f"{API}/portfolios/{book}/positions"
    answers = await asyncio.gather(
        *(
            client.put(
                path,
                content=b"symbol,quantity\nAAA,%d\n" % (n + 1),
                params={"valid_from": "2024-01-01"},
                headers=CSV,
            )
            for n in range(RACERS)
        )
    )
    assert statuses(answers) == {200: RACERS}
    history = made(await client.get(f"{path}/history"), 200)["items"]
    known = [one["known_at"] for one in history]
    assert len(set(known)) == RACERS
    assert known == sorted(known, reverse=True)
    now = await client.get(path)
    assert now.headers["ETag"] == f'"{history[0]["id"]}"'
    told = {answer.json()["holdings"]["id"] for answer in answers}
    assert {one["id"] for one in history} == told


async def test_archiving_races_an_import(client: AsyncClient) -> None:
    """An import is before the archive and kept, or after it and refused; never half of each."""
    for round_ in range(4):
        book = (await new_portfolio(client, f"Book {round_}"))["id"]
        path = f"{API}/portfolios/{book}"
        archive = client.delete(path, headers={"If-Match": '"1"'})
        imports = [client.put(f"{path}/positions", content=BOOK, headers=CSV) for _ in range(6)]
        racers = [*imports[:3], archive, *imports[3:]]
        answers = list(await asyncio.gather(*racers))
        archived = answers.pop(3)
        assert archived.status_code == 200, archived.text
        assert set(statuses(answers)) <= {200, 409}
        history = made(await client.get(f"{path}/positions/history"), 200)["items"]
        assert len(history) == sum(answer.status_code == 200 for answer in answers)
        assert all(one["known_at"] <= archived.json()["archived_at"] for one in history)
        late = await client.put(f"{path}/positions", content=BOOK, headers=CSV)
        assert late.status_code == 409


async def test_siblings_of_the_same_name(client: AsyncClient) -> None:
    """Of sixteen portfolios of one name at one place exactly one is made."""
    answers = await asyncio.gather(
        *(client.post(f"{API}/portfolios", json={"name": "Only one"}) for _ in range(RACERS))
    )
    assert statuses(answers) == {201: 1, 409: RACERS - 1}
    assert len(made(await client.get(f"{API}/portfolios"), 200)["items"]) == 1
