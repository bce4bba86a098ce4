"""Seals on a real database: in their order, with what waits for one."""

from uuid import UUID

import pytest
from sqlalchemy import text

from plimsoll.data.store import audit_events, audit_seals
from plimsoll.data.store.audit_seals import Seal
from plimsoll.data.store.database import Database

pytestmark = pytest.mark.anyio


async def _append(database: Database, tenant: UUID) -> UUID:
    async with database.session(tenant) as session:
        return await audit_events.append(session, {"action": "sign-out", "detail": {}})


async def test_an_event_waits_until_it_is_sealed(database: Database, tenant: UUID) -> None:
    """It is among those that wait, as its tenant is, and afterwards it is in the chain."""
    first, second = [await _append(database, tenant) for _ in range(2)]
    async with database.session(None) as session:
        assert await audit_seals.tenants_waiting(session) == [tenant]
    async with database.session(tenant) as session:
        assert [event.id for event in await audit_seals.waiting(session, limit=10)] == [first, second]
        assert await audit_seals.waiting_count(session) == 2
        assert await audit_seals.head(session) is None
        seal = Seal(1, first, "key", b"digest")
        await audit_seals.add(session, [seal])
    async with database.session(tenant) as session:
        assert [event.id for event in await audit_seals.waiting(session, limit=10)] == [second]
        assert (await audit_seals.head(session), await audit_seals.at(session, 1)) == (seal, seal)
        assert await audit_seals.at(session, 2) is None
        (link,) = await audit_seals.chain(session, after=0, limit=10)
        assert link.event is not None
        assert (link.seal, link.event.id) == (seal, first)
        assert await audit_seals.chain(session, after=1, limit=10) == []
        assert await audit_seals.never_sealed(session) == 0


async def test_what_is_taken_out_of_the_line_is_counted(database: Database, tenant: UUID) -> None:
    """An event that neither has a seal nor waits for one was kept from it by somebody."""
    await _append(database, tenant)
    async with database.session(tenant) as session:
        (event,) = await audit_seals.waiting(session, limit=1)
        await audit_seals.add(session, [Seal(1, event.id, "key", b"digest")])
    await _append(database, tenant)
    async with database.session(tenant) as session:
        await session.execute(text("DELETE FROM audit_unsealed"))
        assert await audit_seals.never_sealed(session) == 1


async def test_one_leads_at_a_time(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """A second transaction is refused at once, one of another tenant is not, and the end sets free."""
    async with database.session(tenant) as first:
        assert await audit_seals.lead(first)
        async with database.session(tenant) as second:
            assert not await audit_seals.lead(second)
        async with database.session(other_tenant) as third:
            assert await audit_seals.lead(third)
    async with database.session(tenant) as session:
        assert await audit_seals.lead(session)
