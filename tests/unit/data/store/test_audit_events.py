"""Security events on a real database."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import audit_events
from plimsoll.data.store.audit_events import AuditFilter
from plimsoll.data.store.database import Database

pytestmark = pytest.mark.anyio

EVENT: dict[str, Any] = {
    "action": "limit.approved",
    "actor": "user:1",
    "actor_name": "Ada",
    "session_id": None,
    "subject": "limit 1",
    "detail": {"version": 2},
    "address": "192.0.2.1",
    "request_id": "r1",
}


async def _append(database: Database, tenant: UUID, **values: object) -> UUID:
    async with database.session(tenant) as session:
        return await audit_events.append(session, EVENT | values)


async def test_an_event_is_read_as_it_was_written(database: Database, tenant: UUID) -> None:
    """Every field comes back, with the time of the database."""
    before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=5)
    made = await _append(database, tenant)
    async with database.session(tenant) as session:
        (found,) = await audit_events.page(session, AuditFilter(), after=None, limit=10)
    assert {name: getattr(found, name) for name in EVENT} == EVENT
    assert found.id == made
    assert before < found.recorded_at < dt.datetime.now(dt.UTC) + dt.timedelta(seconds=5)


async def test_pages_go_back_in_time(database: Database, tenant: UUID) -> None:
    """The last recorded event comes first, and the next page goes on after the last one seen."""
    made = sorted([await _append(database, tenant) for _ in range(3)], reverse=True)
    async with database.session(tenant) as session:
        first = await audit_events.page(session, AuditFilter(), after=None, limit=2)
        second = await audit_events.page(session, AuditFilter(), after=first[-1].id, limit=2)
    assert [event.id for event in [*first, *second]] == made


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (AuditFilter(), 2),
        (AuditFilter(actions=("limit.approved", "sign-out")), 1),
        (AuditFilter(actor="user:2"), 1),
        (AuditFilter(subject="limit 1", actor="user:2"), 0),
        (AuditFilter(address="192.0.2.1"), 2),
        (AuditFilter(since=dt.datetime(2100, 1, 1, tzinfo=dt.UTC)), 0),
        (AuditFilter(until=dt.datetime(2100, 1, 1, tzinfo=dt.UTC)), 2),
    ],
)
async def test_all_that_is_asked_has_to_hold(
    database: Database, tenant: UUID, wanted: AuditFilter, count: int
) -> None:
    """Conditions narrow each other, in the list as in the count."""
    await _append(database, tenant)
    await _append(database, tenant, action="limit.rejected", actor="user:2", subject=str(uuid4()))
    async with database.session(tenant) as session:
        assert await audit_events.count(session, wanted) == count
        assert len(await audit_events.page(session, wanted, after=None, limit=10)) == count
