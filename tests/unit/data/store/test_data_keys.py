"""Data keys in the database."""

import datetime as dt
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.data_keys import KeyPurpose, add, destroy, load, retire, retired, rewrap
from plimsoll.data.store.database import Database
from plimsoll.data.store.models import new_id

pytestmark = pytest.mark.anyio


async def _add(session: AsyncSession, number: int, **fields: dt.timedelta) -> UUID | None:
    key_id = new_id()
    stored = await add(
        session,
        key_id,
        purpose=KeyPurpose.SEAL,
        number=number,
        provider="local",
        master="m",
        wrapped=b"wrapped",
        **fields,
    )
    return key_id if stored else None


async def test_a_number_is_given_once(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """The second key of a number is not stored; another tenant has numbers of its own."""
    async with database.session(tenant) as session:
        first = await _add(session, 1)
        assert await _add(session, 1) is None
        (record,) = await load(session, lock=True)
    assert (record.id, record.number, record.wrapped, record.retired_at) == (first, 1, b"wrapped", None)
    async with database.session(other_tenant) as session:
        assert await load(session) == []
        assert await _add(session, 1) is not None


async def test_a_key_waits_by_the_clock_of_the_database(database: Database, tenant: UUID) -> None:
    """What a process's own clock says does not matter: the database says how many seconds are left."""
    async with database.session(tenant) as session:
        await _add(session, 1)
        await _add(session, 2, wait=dt.timedelta(minutes=1))
    async with database.session(tenant) as session:
        first, second = await load(session)
    assert first.waits <= 0
    assert 50 < second.waits <= 60
    assert second.active_from - first.active_from >= dt.timedelta(minutes=1)


async def test_a_key_is_wrapped_anew_once(database: Database, tenant: UUID) -> None:
    """Of two who do it at once, only one does: the other one's wrapping would be of an older state."""
    async with database.session(tenant) as session:
        key_id = await _add(session, 1)
        assert key_id is not None
        anew = {"provider": "aws-kms", "master": "n", "wrapped": b"anew"}
        assert await rewrap(session, key_id, before=b"wrapped", **anew)  # type: ignore[arg-type] # one dictionary for three types
        assert not await rewrap(session, key_id, before=b"wrapped", **anew)  # type: ignore[arg-type] # as above
        (record,) = await load(session)
    assert (record.provider, record.master, record.wrapped) == ("aws-kms", "n", b"anew")


async def test_only_old_keys_are_retired(database: Database, tenant: UUID) -> None:
    """The one in use is not, whatever its age; one that was retired a moment ago is not yet ready to go."""
    async with database.session(tenant) as session:
        for number in (1, 2):
            await _add(session, number)
        await retire(session, 2)
        assert await retired(session, dt.timedelta(days=1)) == []
        assert await retired(session, dt.timedelta(0)) == [1]
        await destroy(session, 1)
        assert [record.number for record in await load(session)] == [2]
