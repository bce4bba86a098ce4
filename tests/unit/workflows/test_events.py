"""Publishing: what is told is JSON, whatever it was."""

import datetime as dt
import json
import math
from uuid import UUID

import pytest

from plimsoll.data.store import events
from plimsoll.data.store.database import Database
from plimsoll.workflows.alerts import Severity
from plimsoll.workflows.events import EventKind, publish

pytestmark = pytest.mark.anyio


async def test_data_become_json(database: Database, tenant: UUID) -> None:
    """Ids, dates and enumerations are texts, what is not finite is null, and nothing upsets the database."""
    data = {
        "portfolio_id": UUID(int=3),
        "as_of": dt.date(2026, 3, 2),
        "at": dt.datetime(2026, 3, 2, tzinfo=dt.UTC),
        "severity": Severity.CRITICAL,
        "values": [1, 2.5, math.nan, math.inf, None, True],
        "name\x00": "a\x00b\ud800c",
    }
    async with database.session(tenant) as session:
        made = await publish(session, EventKind.BREACH_OPENED, UUID(int=1), data)
    async with database.session(tenant) as session:
        await events.settle(session)
        (found,) = await events.after(session, 0, limit=2, portfolio_id=UUID(int=3))
    assert (found.id, found.kind) == (made, "breach.opened")
    assert found.data == {
        "portfolio_id": str(UUID(int=3)),
        "as_of": "2026-03-02",
        "at": "2026-03-02T00:00:00+00:00",
        "severity": "critical",
        "values": [1, 2.5, None, None, None, True],
        "name": "abc",
    }
    assert json.loads(json.dumps(found.data, allow_nan=False)) == found.data


def test_kinds_are_named_alike() -> None:
    """A kind is a thing and what happened to it."""
    assert all(kind.count(".") == 1 and kind == kind.lower() for kind in EventKind)
