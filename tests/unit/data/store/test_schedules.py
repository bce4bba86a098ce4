"""Schedules in the store."""

import datetime as dt
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from plimsoll.data.store import portfolios, schedules
from plimsoll.data.store.database import Database
from plimsoll.data.store.schedules import ScheduleRecord
from plimsoll.errors import NotFoundError, PreconditionError

pytestmark = pytest.mark.anyio

AT = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)


async def _made(database: Database, tenant: UUID, name: str = "nightly") -> ScheduleRecord:
    async with database.session(tenant) as session:
        book = await portfolios.create(session, name=name, base_currency="USD", parent_id=None)
        return await schedules.create(
            session,
            name=name,
            portfolio_id=book.id,
            request={"days": 60},
            cron="0 0 * * *",
            time_zone="UTC",
            calendar=None,
            next_at=AT,
            created_by="me",
        )


async def test_a_schedule_is_its_tenants(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """It is read and listed by its tenant; for another one it is not there."""
    made = [await _made(database, tenant, name) for name in ("a", "b", "c")]
    async with database.session(tenant) as session:
        assert await schedules.get(session, made[0].id) == made[0]
        assert await schedules.page(session, after=None, limit=2) == made[:2]
        assert await schedules.page(session, after=made[1].id, limit=2) == made[2:]
    async with database.session(other_tenant) as session:
        assert await schedules.page(session, after=None, limit=2) == []
        with pytest.raises(NotFoundError):
            await schedules.get(session, made[0].id)
        with pytest.raises(NotFoundError):
            await schedules.delete(session, made[0].id, expected_version=1)


async def test_of_two_who_change_it_one_is_told(database: Database, tenant: UUID) -> None:
    """A change and the end need the version that is current."""
    made = await _made(database, tenant)
    async with database.session(tenant) as session:
        changed = await schedules.change(session, made.id, expected_version=1, name="other", next_at=None)
        assert (changed.name, changed.next_at, changed.version) == ("other", None, 2)
        with pytest.raises(PreconditionError, match="version 2"):
            await schedules.change(session, made.id, expected_version=1, name="late")
        with pytest.raises(PreconditionError):
            await schedules.delete(session, made.id, expected_version=1)
        await schedules.delete(session, made.id, expected_version=2)
        with pytest.raises(NotFoundError):
            await schedules.get(session, made.id)


async def test_a_portfolio_is_needed(database: Database, tenant: UUID) -> None:
    """A schedule of a portfolio that is not there is not stored."""
    made = await _made(database, tenant)
    fields = {name: getattr(made, name) for name in ("name", "request", "cron", "time_zone", "calendar")}
    async with database.session(tenant) as session:
        with pytest.raises(NotFoundError):
            await schedules.create(session, portfolio_id=uuid4(), next_at=AT, created_by="me", **fields)


async def test_each_new_instant_is_in_the_queue_once(database: Database, tenant: UUID) -> None:
    """The trigger puts an entry down for the instant, and none where it stays or goes."""
    made = await _made(database, tenant)
    later = AT + dt.timedelta(days=1)
    async with database.session(tenant) as session:
        for version, instant in enumerate((AT, None, later), 1):
            await schedules.change(session, made.id, expected_version=version, next_at=instant)
    query = (
        "SELECT task_name, args->>'schedule', scheduled_at FROM procrastinate.procrastinate_jobs ORDER BY 3"
    )
    async with database.engine.connect() as connection:
        entries = [tuple(row) for row in await connection.execute(text(query))]
    assert entries == [("plimsoll.schedule", str(made.id), at) for at in (AT, later)]
