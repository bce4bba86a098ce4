"""Alerts as stored: one for each key until it is resolved, and a row for each thing done about it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.alert_rows import AlertChangeRow, AlertRow
from plimsoll.data.store.models import new_id
from plimsoll.errors import NotFoundError

__all__ = [
    "AlertAction",
    "AlertChange",
    "AlertKind",
    "AlertRecord",
    "AlertStatus",
    "Severity",
    "add",
    "get",
    "history",
    "is_unresolved",
    "latest",
    "lock_key",
    "note",
    "page",
    "save",
]

_LOCK = text(
    "SELECT pg_advisory_xact_lock("
    "hashtextextended('alert ' || current_setting('plimsoll.tenant') || :key, 0))"
)


class Severity(StrEnum):
    """How bad it is."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the least severe.

        Examples
        --------
        >>> Severity.CRITICAL.rank > Severity.INFO.rank
        True
        """
        return list(Severity).index(self)


class AlertKind(StrEnum):
    """What it is about: a limit, data that are missing or stale, or the platform itself."""

    RISK = "risk"
    DATA = "data"
    SYSTEM = "system"


class AlertStatus(StrEnum):
    """How far it is."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class AlertAction(StrEnum):
    """What happened to it."""

    RAISED = "raised"
    REOPENED = "reopened"
    WORSENED = "worsened"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    ASSIGNED = "assigned"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """An alert.

    Parameters
    ----------
    id
        UUIDv7.
    key
        What it is about in the words of whoever raises it; of one key one alert at most is not resolved.
    kind, severity, status
        See there.
    title, detail
        For people: one line, and what there is to say.
    portfolio_id
        The portfolio concerned; None for none.
    subject
        The breach, run or job concerned; None for none.
    count
        How often it was raised.
    openings
        How often it was opened: the first time, and each time it came back after it was resolved.
    first_seen, last_seen, opened_at
        When it was raised first and last, and opened last; UTC.
    acknowledged_at, acknowledged_by
        None while nobody has taken note of it.
    snoozed_until
        Until when nobody is to be told of it again; None for not at all.
    assignee
        Whose it is; None for nobody's.
    resolved_at
        None while it lasts.
    version
        Counts what was done about it, from 1; raising it once more as it stands does not count.
    """

    id: UUID
    key: str
    kind: AlertKind
    severity: Severity
    status: AlertStatus
    title: str
    detail: str
    portfolio_id: UUID | None
    subject: UUID | None
    count: int
    openings: int
    first_seen: dt.datetime
    last_seen: dt.datetime
    opened_at: dt.datetime
    acknowledged_at: dt.datetime | None
    acknowledged_by: str | None
    snoozed_until: dt.datetime | None
    assignee: str | None
    resolved_at: dt.datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class AlertChange:
    """One thing that was done about an alert.

    Parameters
    ----------
    version
        Of the alert since then.
    action
        What was done.
    changed_at
        UTC.
    changed_by
        Who; ``plimsoll`` for the platform itself.
    values
        What became of it, and the note of whoever did it; a JSON document.
    """

    version: int
    action: AlertAction
    changed_at: dt.datetime
    changed_by: str
    values: Mapping[str, Any]


_COLUMNS = tuple(getattr(AlertRow, field.name) for field in fields(AlertRecord))


async def lock_key(session: AsyncSession, key: str) -> None:
    """Wait for everybody else who raises or resolves alerts of this key, until the transaction ends."""
    await session.execute(_LOCK, {"key": key})


async def latest(session: AsyncSession, key: str) -> AlertRecord | None:
    """Return the last alert of a key, locked until the transaction ends; None if there never was one."""
    query = select(*_COLUMNS).where(AlertRow.key == key).order_by(AlertRow.id.desc()).limit(1)
    row = (await session.execute(query.with_for_update())).one_or_none()
    return None if row is None else _record(row)


async def is_unresolved(session: AsyncSession, key: str) -> bool:
    """Return whether an alert of a key is there that has not been settled."""
    query = select(AlertRow.id).where(AlertRow.key == key, AlertRow.status != AlertStatus.RESOLVED)
    return (await session.execute(query.limit(1))).first() is not None


async def get(session: AsyncSession, alert_id: UUID, *, lock: bool = False) -> AlertRecord:
    """Return an alert, on request locked until the transaction ends.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    query = select(*_COLUMNS).where(AlertRow.id == alert_id)
    row = (await session.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise NotFoundError("there is no such alert")
    return _record(row)


async def page(
    session: AsyncSession,
    *,
    after: UUID | None,
    limit: int,
    statuses: Sequence[AlertStatus] = (),
    kind: AlertKind | None = None,
    portfolio_id: UUID | None = None,
) -> list[AlertRecord]:
    """Return `limit` alerts that come after `after`, the last made first.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    after
        The last alert of the page before; None for the first page.
    limit
        Most alerts to return.
    statuses, kind, portfolio_id
        Only such; nothing for all.
    """
    query = select(*_COLUMNS).order_by(AlertRow.id.desc()).limit(limit)
    if after is not None:
        query = query.where(AlertRow.id < after)
    if statuses:
        query = query.where(AlertRow.status.in_(list(statuses)))
    if kind is not None:
        query = query.where(AlertRow.kind == kind)
    if portfolio_id is not None:
        query = query.where(AlertRow.portfolio_id == portfolio_id)
    return [_record(row) for row in await session.execute(query)]


async def add(session: AsyncSession, alert: AlertRecord) -> None:
    """Store a new alert."""
    await session.execute(insert(AlertRow).values(**asdict(alert)))


async def save(
    session: AsyncSession,
    alert: AlertRecord,
    *,
    action: AlertAction | None,
    by: str,
    at: dt.datetime,
    values: Mapping[str, Any],
) -> None:
    """Store what became of an alert that is there, and what was done about it.

    Parameters
    ----------
    session
        An open transaction of the tenant that has locked the alert.
    alert
        As it is now.
    action, by, at, values
        For its history; without an action nothing is noted.
    """
    changed = asdict(alert)
    for fixed in ("id", "key", "kind", "first_seen"):
        del changed[fixed]
    statement = update(AlertRow).where(AlertRow.id == alert.id).values(**changed)
    await session.execute(statement.execution_options(synchronize_session=False))
    if action is not None:
        await note(session, alert, action=action, by=by, at=at, values=values)


async def note(
    session: AsyncSession,
    alert: AlertRecord,
    *,
    action: AlertAction,
    by: str,
    at: dt.datetime,
    values: Mapping[str, Any],
) -> None:
    """Write down what was done about an alert."""
    row = {
        "id": new_id(),
        "alert_id": alert.id,
        "version": alert.version,
        "action": action,
        "changed_by": by,
        "changed_at": at,
        "values": dict(values),
    }
    await session.execute(insert(AlertChangeRow).values(row))


async def history(session: AsyncSession, alert_id: UUID) -> list[AlertChange]:
    """Return what was done about an alert, the first thing first."""
    columns = tuple(getattr(AlertChangeRow, field.name) for field in fields(AlertChange))
    query = select(*columns).where(AlertChangeRow.alert_id == alert_id).order_by(AlertChangeRow.version)
    return [
        AlertChange(row.version, AlertAction(row.action), row.changed_at, row.changed_by, row.values)
        for row in await session.execute(query)
    ]


def _record(row: Any) -> AlertRecord:
    found = row._asdict()
    found |= {
        "kind": AlertKind(row.kind),
        "severity": Severity(row.severity),
        "status": AlertStatus(row.status),
    }
    return AlertRecord(**found)
