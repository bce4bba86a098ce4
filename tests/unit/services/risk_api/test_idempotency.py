"""Creating once, against a real database."""

import asyncio
from uuid import UUID, uuid4

import pytest

from plimsoll.data.store.database import Database
from plimsoll.services.risk_api.app import RiskApi
from probe_api import CANARY, PROBE, client_of, probe_app, sign_in

pytestmark = pytest.mark.anyio

ORDERS = f"{PROBE}/orders"


@pytest.fixture
def app(database: Database, tenant: UUID) -> RiskApi:
    """Return the API on a database of its own."""
    return probe_app(database, local=sign_in(tenant))


async def test_a_repeated_request_gets_the_first_answer(app: RiskApi) -> None:
    """Status, body and headers are the same, and the second answer says what it is."""
    key = {"idempotency-key": str(uuid4())}
    async with client_of(app) as client:
        first = await client.post(ORDERS, json={"name": "a"}, headers=key)
        second = await client.post(ORDERS, json={"name": "a"}, headers=key)
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    for name in ("location", "etag", "content-type"):
        assert first.headers[name] == second.headers[name]
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"


async def test_without_a_key_each_request_makes_something_new(app: RiskApi) -> None:
    """Nothing is remembered that nobody asked to remember."""
    async with client_of(app) as client:
        ids = {(await client.post(ORDERS, json={"name": "a"})).json()["id"] for _ in range(3)}
    assert len(ids) == 3


async def test_requests_at_the_same_time_make_one_thing(app: RiskApi) -> None:
    """Of twenty parallel requests with one key, one is carried out and all get its answer."""
    key = {"idempotency-key": "parallel"}
    async with client_of(app) as client:
        answers = await asyncio.gather(
            *(client.post(ORDERS, json={"name": "a"}, headers=key) for _ in range(20))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [(ORDERS, {"name": "b"}), (ORDERS, {"name": "a", "count": 0}), ("/api/v1/portfolios", {"name": "a"})],
)
async def test_a_key_belongs_to_one_request(app: RiskApi, path: str, body: dict[str, object]) -> None:
    """The same key with another body or path is a conflict."""
    key = {"idempotency-key": "one"}
    async with client_of(app) as client:
        await client.post(ORDERS, json={"name": "a"}, headers=key)
        answer = await client.post(path, json=body, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_a_refused_request_leaves_its_key_free(app: RiskApi) -> None:
    """What failed may be tried again under the same key, mended."""
    key = {"idempotency-key": "again"}
    async with client_of(app) as client:
        assert (await client.post(ORDERS, json={"name": "refused"}, headers=key)).status_code == 409
        assert (await client.post(ORDERS, json={"name": "a"}, headers=key)).status_code == 201


async def test_quotes_around_a_key_do_not_matter(app: RiskApi) -> None:
    """The draft standard writes keys in quotation marks."""
    async with client_of(app) as client:
        first = await client.post(ORDERS, json={"name": "a"}, headers={"idempotency-key": "k"})
        second = await client.post(ORDERS, json={"name": "a"}, headers={"idempotency-key": '"k"'})
    assert first.content == second.content


@pytest.mark.parametrize("key", ["", " ", "a b", "a" * 129, f"{CANARY}\t", '"', "\xe4", "'; DROP"])
async def test_other_keys_are_refused(app: RiskApi, key: str) -> None:
    """A key has an alphabet and a length."""
    async with client_of(app) as client:
        answer = await client.post(
            ORDERS, json={"name": "a"}, headers=[(b"idempotency-key", key.encode("latin-1"))]
        )
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-header")
    assert CANARY not in answer.text


async def test_keys_of_tenants_do_not_meet(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """The same key of another tenant is another key."""
    key = {"idempotency-key": "shared"}
    ids = set()
    for owner in (tenant, other_tenant):
        app = probe_app(
            Database(database.engine.url.render_as_string(hide_password=False)), local=sign_in(owner)
        )
        async with client_of(app) as client:
            ids.add((await client.post(ORDERS, json={"name": "a"}, headers=key)).json()["id"])
    assert len(ids) == 2


async def test_many_creations_do_not_wait_for_each_other_for_ever(app: RiskApi) -> None:
    """Sixty creations at once, far more than connections, are all made, at the third attempt at most."""

    async def made(number: int) -> int:
        key = {"idempotency-key": str(number)}
        for _ in range(3):  # a busy machine may keep one waiting for a connection for too long
            if (answer := await client.post(ORDERS, json={"name": "a"}, headers=key)).status_code != 503:
                break
        return answer.status_code

    async with client_of(app) as client:
        assert set(await asyncio.gather(*map(made, range(60)))) == {201}


async def test_without_a_database_the_answer_is_503() -> None:
    """Nothing is made that cannot be remembered."""
    async with client_of(probe_app()) as client:
        answer = await client.post(ORDERS, json={"name": "a"}, headers={"idempotency-key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"


async def test_a_creation_without_a_body_takes_none(app: RiskApi) -> None:
    """What would be ignored is refused when it is looked at."""
    key = {"idempotency-key": "tick"}
    async with client_of(app) as client:
        assert (await client.post(f"{PROBE}/ticks", headers=key)).status_code == 201
        answer = await client.post(f"{PROBE}/ticks", json={"name": "a"}, headers=key)
    assert (answer.status_code, answer.json()["detail"]) == (415, "No body is taken here.")
