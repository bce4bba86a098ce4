"""Answers under the key of their request."""

import asyncio
import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import idempotency, portfolios
from plimsoll.data.store.database import Database
from plimsoll.data.store.idempotency import StoredResponse
from plimsoll.errors import ConflictError, NotFoundError

pytestmark = pytest.mark.anyio

ANSWER = StoredResponse(201, {"location": "/api/v1/portfolios/1"}, b'{"id": 1}')


async def _request(
    database: Database, tenant: UUID, key: str = "key", fingerprint: str = "f", principal: str = "me"
) -> StoredResponse | str:
    """Do as the API does: claim, work, complete, all in one transaction."""
    async with database.session(tenant) as session:
        stored = await idempotency.claim(session, principal, key, fingerprint)
        if stored is not None:
            return stored
        await asyncio.sleep(0.05)
        await portfolios.create(session, name=f"book of {principal}", base_currency="USD", parent_id=None)
        await idempotency.complete(
            session, principal, key, status=ANSWER.status, headers=ANSWER.headers, body=ANSWER.body
        )
    return "done"


async def _count(database: Database, tenant: UUID) -> int:
    async with database.session(tenant) as session:
        return len(await portfolios.page(session, after=None, limit=100))


async def test_a_repeated_request_gets_the_first_answer(database: Database, tenant: UUID) -> None:
    """The work is done once; every repetition gets status, headers and body of the first time."""
    assert await _request(database, tenant) == "done"
    assert await _request(database, tenant) == ANSWER
    assert await _request(database, tenant) == ANSWER
    assert await _count(database, tenant) == 1


async def test_parallel_requests_are_one(database: Database, tenant: UUID) -> None:
    """Of eight equal requests at once one does the work, and the others wait for its answer."""
    outcomes = await asyncio.gather(*(_request(database, tenant) for _ in range(8)))
    assert sum(outcome == "done" for outcome in outcomes) == 1
    assert sum(outcome == ANSWER for outcome in outcomes) == 7
    assert await _count(database, tenant) == 1


async def test_a_key_is_for_one_request(database: Database, tenant: UUID) -> None:
    """The same key with another request is a conflict, also while the first one is at work."""
    outcomes = await asyncio.gather(
        *(_request(database, tenant, fingerprint=name) for name in ("a", "b")), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ConflictError", "str"]
    with pytest.raises(ConflictError):
        await _request(database, tenant, fingerprint="c")


async def test_keys_belong_to_a_principal_and_a_tenant(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """The same key of another principal, or in another tenant, is another key."""
    assert await _request(database, tenant) == "done"
    assert await _request(database, tenant, principal="you") == "done"
    assert await _request(database, other_tenant) == "done"


async def test_a_failed_request_frees_its_key(database: Database, tenant: UUID) -> None:
    """When the first request rolls back, the one that waits for it does the work."""
    claimed = asyncio.Event()

    async def fail() -> None:
        async with database.session(tenant) as session:
            await idempotency.claim(session, "me", "key", "f")
            claimed.set()
            await asyncio.sleep(0.05)
            raise ZeroDivisionError

    async def follow() -> StoredResponse | str:
        await claimed.wait()
        return await _request(database, tenant)

    outcomes = await asyncio.gather(fail(), follow(), return_exceptions=True)
    assert isinstance(outcomes[0], ZeroDivisionError)
    assert outcomes[1] == "done"


async def test_a_key_without_an_answer_can_be_claimed_again(database: Database, tenant: UUID) -> None:
    """Who claims and never completes blocks nobody."""
    async with database.session(tenant) as session:
        assert await idempotency.claim(session, "me", "key", "f") is None
    assert await _request(database, tenant) == "done"
    assert await _request(database, tenant) == ANSWER


async def test_only_a_claimed_key_can_be_completed(database: Database, tenant: UUID) -> None:
    """An answer without a claim is refused."""
    with pytest.raises(NotFoundError):
        async with database.session(tenant) as session:
            await idempotency.complete(session, "me", "key", status=200, headers={}, body=b"")


async def test_old_keys_are_forgotten(database: Database, tenant: UUID) -> None:
    """Keys claimed before an instant are dropped and can be used anew; younger ones stay."""
    await _request(database, tenant, key="old")
    async with database.session(tenant) as session:
        assert await idempotency.forget(session, dt.datetime(2024, 1, 1, tzinfo=dt.UTC)) == 0
        assert await idempotency.forget(session, dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)) == 1
        assert await idempotency.claim(session, "me", "old", "g") is None
