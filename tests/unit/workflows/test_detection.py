"""Detection on a real database: enough of it, by one, in time, is an alert; anything less is not."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from plimsoll.data.store import alerts, audit_events
from plimsoll.data.store.alerts import AlertRecord
from plimsoll.data.store.audit_events import AuditFilter, AuditRecord
from plimsoll.data.store.database import Database
from plimsoll.security.audit_actions import AuditAction
from plimsoll.workflows.detection import alert_key, detect
from plimsoll.workflows.detection_rules import ALL_RULES

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC)


async def _happened(
    database: Database, tenant: UUID, action: AuditAction, *, ago: float = 0.0, **values: Any
) -> AuditRecord:
    """Store an event of so many minutes ago and return it."""
    at = NOW - dt.timedelta(minutes=ago)
    row = {"action": action.value, "detail": {}, "recorded_at": at, **values}
    async with database.session(tenant) as session:
        made = await audit_events.append(session, row)
        return next(
            event
            for event in await audit_events.page(session, AuditFilter(), after=None, limit=500)
            if event.id == made
        )


async def _detect(database: Database, tenant: UUID, *events: AuditRecord) -> list[str]:
    async with database.session(tenant) as session:
        return await detect(session, events)


async def _alert(database: Database, tenant: UUID, key: str) -> AlertRecord:
    async with database.session(tenant) as session:
        found = await alerts.latest(session, key)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("action", "count", "values", "key"),
    [
        (AuditAction.REFRESH_REUSED, 1, {"subject": "family"}, "security/refresh-reuse/family"),
        (AuditAction.SIGN_IN_FAILED, 10, {"subject": "ada"}, "security/failures-of-user/ada"),
        (AuditAction.FACTOR_FAILED, 20, {"address": "192.0.2.1"}, "security/failures-from-address/192.0.2.1"),
        (AuditAction.SIGN_IN_FAILED, 100, {}, "security/failures-everywhere/all"),
        (AuditAction.SIGN_IN_NEW_DEVICE, 1, {"subject": "ada"}, "security/new-device/ada"),
        (
            AuditAction.GRANT_MADE,
            1,
            {"subject": "ada", "detail": {"privileged": True}},
            "security/rights-given/ada",
        ),
        (AuditAction.ACCESS_REFUSED, 20, {"actor": "user:1"}, "security/refused-burst/user:1"),
        (AuditAction.ACCESS_UNKNOWN, 50, {"actor": "user:1"}, "security/unknown-burst/user:1"),
        (AuditAction.KEY_CANARY_USED, 1, {"subject": "key"}, "security/canary/key"),
    ],
)
async def test_enough_of_it_is_an_alert(
    database: Database, tenant: UUID, action: AuditAction, count: int, values: dict[str, Any], key: str
) -> None:
    """One less raises nothing; the one that makes it full raises the alert, and it names itself."""
    last = None
    if count > 1:
        await _happened(database, tenant, action, ago=1, detail={"count": count - 2}, **values)
        almost = await _happened(database, tenant, action, ago=0.5, **values)
        assert key not in await _detect(database, tenant, almost)
    last = await _happened(database, tenant, action, **values)
    assert key in await _detect(database, tenant, last)
    raised = await _alert(database, tenant, key)
    assert (raised.kind.value, raised.subject) == ("system", last.id)
    assert action.value in raised.detail


async def test_what_is_too_long_ago_counts_no_more(database: Database, tenant: UUID) -> None:
    """Nine failures twenty minutes ago and one now are no attack."""
    await _happened(database, tenant, AuditAction.SIGN_IN_FAILED, ago=20, subject="ada", detail={"count": 9})
    now = await _happened(database, tenant, AuditAction.SIGN_IN_FAILED, subject="ada")
    assert await _detect(database, tenant, now) == []


async def test_others_do_not_count(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """Failures of another user, and of another tenant, are not those of this one."""
    for where, subject in ((tenant, "bob"), (other_tenant, "ada")):
        await _happened(
            database, where, AuditAction.SIGN_IN_FAILED, ago=1, subject=subject, detail={"count": 9}
        )
    now = await _happened(database, tenant, AuditAction.SIGN_IN_FAILED, subject="ada")
    assert await _detect(database, tenant, now) == []


@pytest.mark.parametrize(
    ("first", "ago", "actor", "raised"),
    [
        (AuditAction.FACTORS_OFF, 60, "user:1", True),
        (AuditAction.FACTOR_REMOVED, 60, "user:1", True),
        (AuditAction.FACTORS_OFF, 60 * 25, "user:1", False),
        (AuditAction.FACTORS_OFF, 60, "user:2", False),
        (AuditAction.FACTOR_ADDED, 60, "user:1", False),
    ],
)
async def test_export_after_a_factor_was_taken_off(
    database: Database, tenant: UUID, first: AuditAction, ago: float, actor: str, raised: bool
) -> None:
    """Only by the same person, only within a day, only in this order."""
    await _happened(database, tenant, first, ago=ago, actor=actor)
    export = await _happened(database, tenant, AuditAction.DATA_EXPORTED, actor="user:1")
    found = await _detect(database, tenant, export)
    assert found == (["security/export-without-factor/user:1"] if raised else [])


async def test_an_export_before_is_no_reason(database: Database, tenant: UUID) -> None:
    """A factor that is taken off after an export says nothing about it."""
    export = await _happened(database, tenant, AuditAction.DATA_EXPORTED, ago=10, actor="user:1")
    await _happened(database, tenant, AuditAction.FACTORS_OFF, actor="user:1")
    assert await _detect(database, tenant, export) == []


async def test_many_at_once_are_one_alert(database: Database, tenant: UUID) -> None:
    """Fifteen failures in one round raise the alert once."""
    events = [
        await _happened(database, tenant, AuditAction.SIGN_IN_FAILED, subject="ada", ago=1 - number / 20)
        for number in range(15)
    ]
    assert await _detect(database, tenant, *events) == ["security/failures-of-user/ada"]
    assert (await _alert(database, tenant, "security/failures-of-user/ada")).count == 1


async def test_a_number_that_is_none_does_no_harm(database: Database, tenant: UUID) -> None:
    """Whatever stands for the count, it is counted as one."""
    odd: tuple[Any, ...] = ("many", None, [], -5, 0.5)
    for stated in odd:
        await _happened(
            database, tenant, AuditAction.SIGN_IN_FAILED, ago=1, subject="ada", detail={"count": stated}
        )
    async with database.session(tenant) as session:
        assert await audit_events.weigh(session, AuditFilter(subject="ada")) == 5


def test_keys_of_alerts_stay_short() -> None:
    """A group of any length gives a key of bounded length, and another group another key."""
    rule = ALL_RULES[0]
    first, second = alert_key(rule, "x" * 5000), alert_key(rule, "x" * 5000 + "y")
    assert first != second
    assert len(first) < 200
