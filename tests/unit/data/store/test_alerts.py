"""Alerts on a real database."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from alert_records import NOON, alert
from plimsoll.data.store import alerts
from plimsoll.data.store.alerts import AlertAction, AlertKind, AlertStatus
from plimsoll.data.store.database import Database
from plimsoll.errors import NotFoundError

pytestmark = pytest.mark.anyio


async def test_an_alert_is_read_as_it_was_stored(database: Database, tenant: UUID) -> None:
    """Every field survives, by id and by key, for its tenant alone."""
    made = alert(assignee="ada", snoozed_until=NOON)
    async with database.session(tenant) as session:
        await alerts.add(session, made)
        assert await alerts.get(session, made.id) == made
        assert await alerts.latest(session, made.key) == made
        assert await alerts.latest(session, "another") is None


async def test_another_tenants_alert_is_not_there(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """Neither by id nor by key."""
    async with database.session(tenant) as session:
        await alerts.add(session, alert())
    async with database.session(other_tenant) as session:
        assert await alerts.latest(session, alert().key) is None
        with pytest.raises(NotFoundError):
            await alerts.get(session, alert().id)


async def test_one_alert_of_a_key_is_unresolved(database: Database, tenant: UUID) -> None:
    """The database itself refuses a second one, and takes it when the first is resolved."""
    async with database.session(tenant) as session:
        await alerts.add(session, alert())
    with pytest.raises(IntegrityError):
        async with database.session(tenant) as session:
            await alerts.add(session, alert(id=uuid4()))
    async with database.session(tenant) as session:
        resolved = alert(status=AlertStatus.RESOLVED, resolved_at=NOON, version=2)
        await alerts.save(session, resolved, action=AlertAction.RESOLVED, by="me", at=NOON, values={})
        await alerts.add(session, alert(id=UUID(int=2)))
        found = await alerts.latest(session, alert().key)
    assert found is not None
    assert found.id == UUID(int=2)


async def test_history_tells_who_did_what(database: Database, tenant: UUID) -> None:
    """Each noted change is there with its version, author and time; a mere count is not noted."""
    made = alert()
    async with database.session(tenant) as session:
        await alerts.add(session, made)
        await alerts.note(session, made, action=AlertAction.RAISED, by="plimsoll", at=NOON, values={"a": 1})
        counted = replace(made, count=2)
        await alerts.save(session, counted, action=None, by="plimsoll", at=NOON, values={})
        taken = replace(counted, assignee="ada", version=2)
        await alerts.save(session, taken, action=AlertAction.ASSIGNED, by="bob", at=NOON, values={"b": 2})
        told = await alerts.history(session, made.id)
        assert await alerts.get(session, made.id) == taken
    assert [(one.version, one.action, one.changed_by, one.changed_at) for one in told] == [
        (1, AlertAction.RAISED, "plimsoll", NOON),
        (2, AlertAction.ASSIGNED, "bob", NOON),
    ]
    assert [one.values for one in told] == [{"a": 1}, {"b": 2}]


async def test_a_list_is_chosen_and_cut(database: Database, tenant: UUID) -> None:
    """The last made comes first; status and kind choose."""
    async with database.session(tenant) as session:
        for number, kind in enumerate((AlertKind.RISK, AlertKind.DATA, AlertKind.RISK), 1):
            status = AlertStatus.RESOLVED if number == 3 else AlertStatus.OPEN
            await alerts.add(session, alert(id=UUID(int=number), key=str(number), kind=kind, status=status))

        async def ids(**chosen: Any) -> list[int]:
            query = {"after": None, "limit": 9, **chosen}
            return [found.id.int for found in await alerts.page(session, **query)]

        assert await ids() == [3, 2, 1]
        assert await ids(limit=1) == [3]
        assert await ids(after=UUID(int=3)) == [2, 1]
        assert await ids(statuses=[AlertStatus.OPEN]) == [2, 1]
        assert await ids(kind=AlertKind.RISK) == [3, 1]
        assert await ids(portfolio_id=uuid4()) == []
