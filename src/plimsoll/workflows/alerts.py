"""Alerts: raised by whoever notices something, acted on by people; each change is an event."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import alerts
from plimsoll.data.store.alerts import AlertAction, AlertRecord, AlertStatus
from plimsoll.data.store.models import new_id
from plimsoll.data.text import clean
from plimsoll.errors import PreconditionError
from plimsoll.workflows import alert_rules
from plimsoll.workflows.events import EventKind, publish

__all__ = [
    "AlertKind",
    "Severity",
    "acknowledge_alert",
    "assign_alert",
    "raise_alert",
    "resolve_alert",
    "resolve_alert_by_hand",
    "snooze_alert",
]

# Whoever raises an alert needs no more than this module.
AlertKind = alerts.AlertKind
Severity = alerts.Severity

_PLATFORM = "plimsoll"  # who acts where nobody does
_LONGEST_TITLE = 200
_LONGEST_DETAIL = 4000


async def raise_alert(
    session: AsyncSession,
    *,
    key: str,
    kind: AlertKind,
    severity: Severity,
    title: str,
    detail: str,
    portfolio_id: UUID | None = None,
    subject: UUID | None = None,
    at: dt.datetime | None = None,
) -> AlertRecord:
    """Say that something wants attention; the same thing said again is counted, not repeated.

    Parameters
    ----------
    session
        An open transaction of the tenant; whoever opened it commits. Transactions that raise several alerts
        do so in the order of their keys, so that they never wait for each other in a circle.
    key
        What makes it the same thing: ``limit/<id>/<node>``, ``stale/<symbol>``.
    kind
        A limit, data that are missing or stale, or the platform itself.
    severity
        An alert that was acknowledged or snoozed opens again when it becomes worse.
    title, detail
        For people; cut where they are too long.
    portfolio_id, subject
        What it concerns, where there is such a thing.
    at
        Now, unless given.

    Returns
    -------
    AlertRecord
        As it now stands.
    """
    now = at or dt.datetime.now(dt.UTC)
    title, detail = clean(title)[:_LONGEST_TITLE], clean(detail)[:_LONGEST_DETAIL]
    await alerts.lock_key(session, key)
    known = await alerts.latest(session, key)
    outcome = known and alert_rules.seen_again(known, severity, title=title, detail=detail, at=now)
    if outcome:
        alert, action = outcome
        await alerts.save(session, alert, action=action, by=_PLATFORM, at=now, values=_values(alert))
        if action is not None:
            await _tell(session, alert, action)
        return alert
    alert = AlertRecord(
        id=new_id(),
        key=key,
        kind=kind,
        severity=severity,
        status=AlertStatus.OPEN,
        title=title,
        detail=detail,
        portfolio_id=portfolio_id,
        subject=subject,
        count=1,
        openings=1,
        first_seen=now,
        last_seen=now,
        opened_at=now,
        acknowledged_at=None,
        acknowledged_by=None,
        snoozed_until=None,
        assignee=None,
        resolved_at=None,
        version=1,
    )
    await alerts.add(session, alert)
    await alerts.note(session, alert, action=AlertAction.RAISED, by=_PLATFORM, at=now, values=_values(alert))
    await _tell(session, alert, AlertAction.RAISED)
    return alert


async def resolve_alert(session: AsyncSession, key: str, *, at: dt.datetime | None = None) -> None:
    """Say that what an alert was raised for is over; where none is open, nothing happens.

    Parameters
    ----------
    session, key, at
        As for :func:`raise_alert`.
    """
    now = at or dt.datetime.now(dt.UTC)
    await alerts.lock_key(session, key)
    known = await alerts.latest(session, key)
    if known is not None and known.status is not AlertStatus.RESOLVED:
        await _done(session, alert_rules.resolved(known, at=now), AlertAction.RESOLVED, _PLATFORM, now)


async def acknowledge_alert(
    session: AsyncSession, alert_id: UUID, *, expected_version: int, by: str, note: str = "", at: dt.datetime
) -> AlertRecord:
    """Take note of an alert, so that it is not brought to anybody else.

    Raises
    ------
    NotFoundError
        If there is no such alert.
    PreconditionError
        If it has changed since `expected_version`.
    ConflictError
        If it is resolved or acknowledged already.
    """
    alert = await _expected(session, alert_id, expected_version)
    after = alert_rules.acknowledged(alert, by=by, at=at)
    return await _done(session, after, AlertAction.ACKNOWLEDGED, by, at, note)


async def snooze_alert(
    session: AsyncSession,
    alert_id: UUID,
    *,
    expected_version: int,
    until: dt.datetime | None,
    by: str,
    note: str = "",
    at: dt.datetime,
) -> AlertRecord:
    """Keep an alert from being brought to anybody until an instant; None wakes it.

    Raises
    ------
    NotFoundError
        If there is no such alert.
    PreconditionError
        If it has changed since `expected_version`.
    ConflictError
        If it is resolved.
    UsageError
        If the instant makes no sense.
    """
    alert = await _expected(session, alert_id, expected_version)
    action = AlertAction.WOKEN if until is None else AlertAction.SNOOZED
    return await _done(session, alert_rules.snoozed(alert, until=until, at=at), action, by, at, note)


async def assign_alert(
    session: AsyncSession,
    alert_id: UUID,
    *,
    expected_version: int,
    to: str | None,
    by: str,
    note: str = "",
    at: dt.datetime,
) -> AlertRecord:
    """Make an alert somebody's, or nobody's.

    Raises
    ------
    NotFoundError
        If there is no such alert.
    PreconditionError
        If it has changed since `expected_version`.
    ConflictError
        If it is resolved.
    """
    alert = await _expected(session, alert_id, expected_version)
    return await _done(session, alert_rules.assigned(alert, to=to), AlertAction.ASSIGNED, by, at, note)


async def resolve_alert_by_hand(
    session: AsyncSession, alert_id: UUID, *, expected_version: int, by: str, note: str = "", at: dt.datetime
) -> AlertRecord:
    """Settle an alert; it opens again by itself if what it was raised for comes back.

    Raises
    ------
    NotFoundError
        If there is no such alert.
    PreconditionError
        If it has changed since `expected_version`.
    ConflictError
        If it is resolved already.
    """
    alert = await _expected(session, alert_id, expected_version)
    return await _done(session, alert_rules.resolved(alert, at=at), AlertAction.RESOLVED, by, at, note)


async def _expected(session: AsyncSession, alert_id: UUID, version: int) -> AlertRecord:
    key = (await alerts.get(session, alert_id)).key
    await alerts.lock_key(session, key)
    alert = await alerts.get(session, alert_id, lock=True)
    if alert.version != version:
        remedy = "Read it again and repeat the change."
        raise PreconditionError(f"the alert is at version {alert.version} by now", remedy=remedy)
    return alert


async def _done(
    session: AsyncSession,
    alert: AlertRecord,
    action: AlertAction,
    by: str,
    at: dt.datetime,
    note: str = "",
) -> AlertRecord:
    values = _values(alert) | ({"note": clean(note)} if note else {})
    await alerts.save(session, alert, action=action, by=by, at=at, values=values)
    await _tell(session, alert, action)
    return alert


async def _tell(session: AsyncSession, alert: AlertRecord, action: AlertAction) -> None:
    raised = action in (AlertAction.RAISED, AlertAction.REOPENED)
    kind = EventKind.ALERT_RAISED if raised else EventKind.ALERT_CHANGED
    data = {
        "action": action,
        "key": alert.key,
        "kind": alert.kind,
        "title": alert.title,
        "detail": alert.detail,
        "portfolio_id": alert.portfolio_id,
        "subject": alert.subject,
        "version": alert.version,
        **_values(alert),
    }
    await publish(session, kind, alert.id, data)


def _values(alert: AlertRecord) -> dict[str, Any]:
    """Return what may change about an alert, as JSON."""
    until = alert.snoozed_until
    return {
        "severity": alert.severity.value,
        "status": alert.status.value,
        "assignee": alert.assignee,
        "snoozed_until": None if until is None else until.isoformat(),
    }
