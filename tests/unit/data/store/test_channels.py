"""Channels on a real database; what they are for is tested in tests/unit/workflows."""

import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import channels
from plimsoll.data.store.alerts import Severity
from plimsoll.data.store.database import Database
from plimsoll.errors import NotFoundError, PreconditionError

pytestmark = pytest.mark.anyio

ONE, TWO = UUID(int=1), UUID(int=2)


async def test_a_channel_is_kept_changed_and_removed(database: Database, tenant: UUID) -> None:
    """Each change needs the version that was seen; what is not in use or removed is not told through."""
    values = {"scheme": "json", "url": b"x", "kinds": ["a.b"], "created_by": "me"}
    async with database.session(tenant) as session:
        for channel_id in (ONE, TWO):
            made = await channels.add(
                session,
                channel_id,
                name="Desk",
                minimum_severity=Severity.WARNING,
                quiet_hours=None,
                escalate_after_minutes=None,
                enabled=True,
                **values,
            )
            assert (made.version, made.minimum_severity) == (1, Severity.WARNING)
        assert [one.id for one in await channels.page(session, after=ONE, limit=9)] == [TWO]
        quiet = {"start": "22:00", "end": "07:00", "time_zone": "UTC"}
        changed = await channels.change(session, ONE, expected_version=1, changes={"quiet_hours": quiet})
        assert (changed.quiet_hours, changed.version) == (quiet, 2)
        with pytest.raises(PreconditionError):
            await channels.change(session, ONE, expected_version=1, changes={"enabled": False})
        await channels.change(session, ONE, expected_version=2, changes={"enabled": False})
        assert [one.id for one in await channels.in_use(session)] == [TWO]
        removed = {"removed_at": dt.datetime.now(dt.UTC)}
        await channels.change(session, TWO, expected_version=1, changes=removed)
        assert [one.id for one in await channels.page(session, after=None, limit=9)] == [ONE]
        with pytest.raises(NotFoundError):
            await channels.get(session, TWO)
