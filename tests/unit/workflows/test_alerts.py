"""Alerts raised, acted on and resolved on a real database."""

import asyncio
import datetime as dt
from contextlib import suppress
from uuid import UUID

import pytest

from alert_records import NOON
from plimsoll.data.store import alerts, events
from plimsoll.data.store.alerts import AlertAction, AlertRecord, AlertStatus
from plimsoll.data.store.database import Database
from plimsoll.data.store.events import EventRecord
from plimsoll.errors import NotFoundError, PreconditionError
from plimsoll.workflows.alerts import (
    AlertKind,
    Severity,
    acknowledge_alert,
    assign_alert,
    raise_alert,
    resolve_alert,
    resolve_alert_by_hand,
    snooze_alert,
)

pytestmark = pytest.mark.anyio


async def _raise(
    database: Database, tenant: UUID, severity: Severity = Severity.WARNING, at: dt.datetime = NOON
) -> AlertRecord:
    async with database.session(tenant) as session:
        return await raise_alert(
            session,
            key="stale/AAPL",
            kind=AlertKind.DATA,
            severity=severity,
            title="AAPL is\nstale",
            detail="d" * 9000,
            at=at,
        )


async def _told(database: Database, tenant: UUID) -> list[EventRecord]:
    async with database.session(tenant) as session:
        await events.settle(session)
    async with database.session(tenant) as session:
        return await events.after(session, 0, limit=100)


async def test_raising_is_counted_and_told_once(database: Database, tenant: UUID) -> None:
    """Raised three times it is one alert with one event and one line of history."""
    for minutes in range(3):
        found = await _raise(database, tenant, at=NOON + dt.timedelta(minutes=minutes))
    assert (found.count, found.first_seen, found.last_seen - NOON) == (3, NOON, dt.timedelta(minutes=2))
    assert (found.title, len(found.detail)) == ("AAPL is stale", 4000)
    (event,) = await _told(database, tenant)
    assert (event.kind, event.subject) == ("alert.raised", found.id)
    assert (event.data["key"], event.data["kind"], event.data["severity"]) == (
        "stale/AAPL",
        "data",
        "warning",
    )
    async with database.session(tenant) as session:
        assert [one.action for one in await alerts.history(session, found.id)] == [AlertAction.RAISED]


async def test_raising_at_once_makes_one_alert(database: Database, tenant: UUID) -> None:
    """Eight transactions at a time are counted to the last one."""
    found = await asyncio.gather(*(_raise(database, tenant) for _ in range(8)))
    assert len({one.id for one in found}) == 1
    assert sorted(one.count for one in found) == list(range(1, 9))
    assert len(await _told(database, tenant)) == 1


async def test_it_goes_through_its_life(database: Database, tenant: UUID) -> None:
    """Assigned, snoozed, acknowledged, resolved, back again: each is an event and a line of history."""
    first = await _raise(database, tenant)
    async with database.session(tenant) as session:
        until = NOON + dt.timedelta(hours=1)
        await assign_alert(session, first.id, expected_version=1, to="bob", by="ada", at=NOON)
        await snooze_alert(session, first.id, expected_version=2, until=until, by="bob", at=NOON)
        await snooze_alert(session, first.id, expected_version=3, until=None, by="bob", at=NOON)
        seen = await acknowledge_alert(
            session, first.id, expected_version=4, by="bob", note="Vendor is\x00 down", at=NOON
        )
        await resolve_alert_by_hand(session, first.id, expected_version=5, by="bob", at=NOON)
    assert (seen.status, seen.acknowledged_by, seen.assignee) == (AlertStatus.ACKNOWLEDGED, "bob", "bob")
    again = await _raise(database, tenant)
    assert (again.id, again.openings, again.status) == (first.id, 2, AlertStatus.OPEN)
    async with database.session(tenant) as session:
        told = await alerts.history(session, first.id)
    assert [(one.action.value, one.changed_by) for one in told] == [
        ("raised", "plimsoll"),
        ("assigned", "ada"),
        ("snoozed", "bob"),
        ("woken", "bob"),
        ("acknowledged", "bob"),
        ("resolved", "bob"),
        ("reopened", "plimsoll"),
    ]
    assert told[4].values["note"] == "Vendor is down"
    kinds = [event.kind for event in await _told(database, tenant)]
    assert kinds == ["alert.raised", *["alert.changed"] * 5, "alert.raised"]


async def test_resolving_by_key_is_safe_to_repeat(database: Database, tenant: UUID) -> None:
    """Without an open alert nothing happens; with one it is resolved, once."""
    async with database.session(tenant) as session:
        await resolve_alert(session, "stale/AAPL")
    found = await _raise(database, tenant)
    for _ in range(2):
        async with database.session(tenant) as session:
            await resolve_alert(session, "stale/AAPL")
    async with database.session(tenant) as session:
        assert (await alerts.get(session, found.id)).status is AlertStatus.RESOLVED
        assert len(await alerts.history(session, found.id)) == 2


async def test_what_comes_back_late_is_new(database: Database, tenant: UUID) -> None:
    """The old alert stays resolved beside the new one."""
    first = await _raise(database, tenant)
    async with database.session(tenant) as session:
        await resolve_alert(session, "stale/AAPL", at=NOON)
    second = await _raise(database, tenant, at=NOON + dt.timedelta(hours=2))
    assert second.id != first.id
    async with database.session(tenant) as session:
        assert (await alerts.get(session, first.id)).status is AlertStatus.RESOLVED


async def test_of_two_who_act_the_slower_is_told(database: Database, tenant: UUID) -> None:
    """A change needs the version that was seen; one that never was there is not found."""
    found = await _raise(database, tenant)
    await _raise(database, tenant, Severity.CRITICAL)
    async with database.session(tenant) as session:
        with pytest.raises(PreconditionError, match="version 2"):
            await acknowledge_alert(session, found.id, expected_version=1, by="ada", at=NOON)
        with pytest.raises(NotFoundError):
            await assign_alert(session, UUID(int=9), expected_version=1, to=None, by="ada", at=NOON)


async def test_a_transaction_that_rolls_back_raises_nothing(database: Database, tenant: UUID) -> None:
    """Neither the alert nor its event is there."""
    with suppress(ZeroDivisionError):
        async with database.session(tenant) as session:
            await raise_alert(
                session, key="k", kind=AlertKind.SYSTEM, severity=Severity.INFO, title="t", detail=""
            )
            raise ZeroDivisionError
    assert await _told(database, tenant) == []
    async with database.session(tenant) as session:
        assert await alerts.page(session, after=None, limit=9) == []
