"""Browsers in which people have signed in before."""

import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import devices
from plimsoll.data.store.database import Database
from somebody import NOW, new_user

pytestmark = pytest.mark.anyio


async def test_a_device_is_known_to_its_person_alone(database: Database, tenant: UUID) -> None:
    """Its token says nothing about anybody else, and nothing once it is forgotten."""
    ada, bob = await new_user(database, tenant), await new_user(database, tenant, email="b@example.com")
    async with database.session(tenant) as session:
        assert await devices.seen(session, ada.id, b"d", NOW) is None
        assert not await devices.are_there(session, ada.id)
        await devices.add(session, ada.id, b"d", NOW)
        assert await devices.are_there(session, ada.id)
        assert await devices.seen(session, ada.id, b"d", NOW) is not None
        assert await devices.seen(session, bob.id, b"d", NOW) is None
        await devices.forget_all(session, bob.id)
        assert await devices.forget(session, before=NOW) == 0
        assert await devices.forget(session, before=NOW + dt.timedelta(1)) == 1
        await devices.add(session, ada.id, b"d", NOW)
        await devices.forget_all(session, ada.id)
        assert await devices.seen(session, ada.id, b"d", NOW) is None
