"""Breaches: how each stands, and all that happened to it. At most one of a limit is not closed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select
from sqlalchemy import update as update_rows
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.breach_rows import BreachEventRow, BreachRow
from plimsoll.data.store.changes import note_change
from plimsoll.data.store.models import new_id
from plimsoll.errors import ConflictError, NotFoundError, PreconditionError

__all__ = [
    "BreachEvent",
    "BreachEventKind",
    "BreachRecord",
    "BreachSeverity",
    "BreachStatus",
    "add",
    "change",
    "events",
    "get",
    "live",
    "note",
    "page",
]

_COLUMNS = tuple(column for column in BreachRow.__table__.columns if column.name != "tenant_id")
_EVENT = tuple(column for column in BreachEventRow.__table__.columns if column.name != "tenant_id")


class BreachStatus(StrEnum):
    """How far people are with it."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    REMEDIATION = "remediation"
    WAIVED = "waived"
    CLOSED = "closed"


class BreachSeverity(StrEnum):
    """Which level was reached."""

    SOFT = "soft"
    HARD = "hard"


class BreachEventKind(StrEnum):
    """What happened to a breach."""

    OPENED = "opened"
    ESCALATED = "escalated"  # from the soft level to the hard one
    EASED = "eased"  # back from the hard level to the soft one
    ACKNOWLEDGED = "acknowledged"
    REMEDIATION = "remediation"
    WAIVED = "waived"
    REOPENED = "reopened"  # a waiver ended
    COMMENTED = "commented"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class BreachRecord:
    """A breach as it stands; numbers in the unit of the limit.

    Parameters
    ----------
    id
        UUIDv7.
    limit_id, portfolio_id
        What was reached, and of what.
    status, severity
        See there.
    version
        Counts the changes from 1; what a writer expects it to be.
    limit_version
        Version of the limit that the last run was checked against.
    opened_at, updated_at, closed_at
        UTC; the last is None while it lasts.
    opened_by_run, last_run
        The runs that reached the limit first and last.
    level
        The level that is reached.
    value, peak_value, peak_at
        The measure in the last run, and where it was farthest beyond and when.
    utilisation, probability
        Of the last run; see :class:`plimsoll.risk.limits.LimitState`.
    waived_until
        Last date of the runs for which it is waived; None where it is not.
    """

    id: UUID
    limit_id: UUID
    portfolio_id: UUID
    status: BreachStatus
    severity: BreachSeverity
    version: int
    limit_version: int
    opened_at: dt.datetime
    updated_at: dt.datetime
    closed_at: dt.datetime | None
    opened_by_run: UUID | None
    last_run: UUID | None
    level: float
    value: float
    peak_value: float
    peak_at: dt.datetime
    utilisation: float | None
    probability: float | None
    waived_until: dt.date | None


@dataclass(frozen=True, slots=True)
class BreachEvent:
    """One thing that happened to a breach.

    Parameters
    ----------
    id, breach_id
        UUIDv7 of the event, and of the breach.
    at, by
        When, UTC, and who did it.
    kind
        What happened.
    status, severity
        Of the breach from then on.
    text
        What was said about it.
    run_id
        The run that made it happen; None where a person did.
    limit_version, value
        Version of the limit and measure at that time.
    """

    id: UUID
    breach_id: UUID
    at: dt.datetime
    by: str
    kind: BreachEventKind
    status: BreachStatus
    severity: BreachSeverity
    text: str
    run_id: UUID | None
    limit_version: int
    value: float | None


async def add(session: AsyncSession, **fields: Any) -> BreachRecord:
    """Store a breach that has just opened.

    Parameters
    ----------
    session
        Where; the limit is locked.
    **fields
        Those of :class:`BreachRecord` that have no default: limit_id, portfolio_id, severity, limit_version,
        last_run, level, value, utilisation and probability.

    Raises
    ------
    ConflictError
        If the limit has a breach that is not closed.
    """
    values = {
        **fields,
        "id": new_id(),
        "status": BreachStatus.OPEN.value,
        "opened_by_run": fields["last_run"],
        "peak_value": fields["value"],
    }
    if await live(session, [fields["limit_id"]]):
        raise ConflictError("the limit has a breach that is not closed")
    note_change(session, fields["portfolio_id"])
    return _record((await session.execute(insert(BreachRow).values(values).returning(*_COLUMNS))).one())


async def change(
    session: AsyncSession, breach_id: UUID, *, expected_version: int, changes: Mapping[str, Any]
) -> BreachRecord:
    """Change a breach, if nobody has changed it meanwhile and it is not closed.

    Parameters
    ----------
    session, breach_id
        Where and which.
    expected_version
        The version that the caller has read.
    changes
        New values by name of the field.

    Raises
    ------
    NotFoundError
        If there is no such breach.
    PreconditionError
        If its version is another.
    ConflictError
        If it is closed.
    """
    changed = (
        update_rows(BreachRow)
        .where(
            BreachRow.id == breach_id,
            BreachRow.version == expected_version,
            BreachRow.status != BreachStatus.CLOSED,
        )
        .values(**changes, version=BreachRow.version + 1, updated_at=func.now())
        .returning(*_COLUMNS)
    )
    row = (await session.execute(changed)).one_or_none()
    if row is not None:
        note_change(session, row.portfolio_id)
        return _record(row)
    current = await get(session, breach_id)
    if current.version == expected_version:
        raise ConflictError("the breach is closed", remedy="It stays readable; a new one opens by itself.")
    remedy = "Read it again and repeat the change."
    raise PreconditionError(f"the breach is at version {current.version} by now", remedy=remedy)


async def get(session: AsyncSession, breach_id: UUID) -> BreachRecord:
    """Return a breach.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    row = (await session.execute(select(*_COLUMNS).where(BreachRow.id == breach_id))).one_or_none()
    if row is None:
        raise NotFoundError("there is no such breach")
    return _record(row)


async def live(
    session: AsyncSession, limit_ids: Sequence[UUID], *, lock: bool = False
) -> dict[UUID, BreachRecord]:
    """Return the breaches that are not closed, by limit.

    Parameters
    ----------
    session, limit_ids
        Where, and of which limits.
    lock
        Whether nobody else may change them until the transaction ends; their limits are locked already.
    """
    query = (
        select(*_COLUMNS)
        .where(BreachRow.limit_id.in_(limit_ids), BreachRow.status != BreachStatus.CLOSED)
        .order_by(BreachRow.id)
    )
    rows = await session.execute(query.with_for_update() if lock else query)
    return {row.limit_id: _record(row) for row in rows}


async def page(
    session: AsyncSession,
    *,
    after: UUID | None,
    limit: int,
    portfolio_id: UUID | None = None,
    limit_id: UUID | None = None,
    status: BreachStatus | None = None,
) -> list[BreachRecord]:
    """Return `limit` breaches, the last opened first.

    Parameters
    ----------
    session
        Where.
    after
        Id of the last breach of the page before; None for the first page.
    limit
        Most breaches to return.
    portfolio_id, limit_id, status
        None takes all.
    """
    query = select(*_COLUMNS).order_by(BreachRow.id.desc()).limit(limit)
    if after is not None:
        query = query.where(BreachRow.id < after)
    wanted = (
        (BreachRow.portfolio_id, portfolio_id),
        (BreachRow.limit_id, limit_id),
        (BreachRow.status, status),
    )
    for column, value in wanted:
        if value is not None:
            query = query.where(column == value)
    return [_record(row) for row in await session.execute(query)]


async def note(
    session: AsyncSession,
    breach: BreachRecord,
    kind: BreachEventKind,
    *,
    by: str,
    text: str,
    run_id: UUID | None = None,
) -> BreachEvent:
    """Record what happened to a breach, which stands as `breach` from then on.

    Parameters
    ----------
    session, breach
        Where, and the breach after it happened.
    kind, by, text, run_id
        See :class:`BreachEvent`.
    """
    values = {
        "id": new_id(),
        "breach_id": breach.id,
        "by": by,
        "kind": kind.value,
        "status": breach.status.value,
        "severity": breach.severity.value,
        "text": text,
        "run_id": run_id,
        "limit_version": breach.limit_version,
        "value": breach.value,
    }
    return _event((await session.execute(insert(BreachEventRow).values(values).returning(*_EVENT))).one())


async def events(session: AsyncSession, breach_id: UUID) -> list[BreachEvent]:
    """Return all that happened to a breach, in the order in which it did."""
    query = select(*_EVENT).where(BreachEventRow.breach_id == breach_id).order_by(BreachEventRow.id)
    return [_event(row) for row in await session.execute(query)]


def _record(row: Row[*tuple[Any, ...]]) -> BreachRecord:
    cells = row._asdict()
    status, severity = BreachStatus(cells.pop("status")), BreachSeverity(cells.pop("severity"))
    return BreachRecord(**cells, status=status, severity=severity)


def _event(row: Row[*tuple[Any, ...]]) -> BreachEvent:
    cells = row._asdict()
    return BreachEvent(
        **cells
        | {
            "kind": BreachEventKind(cells["kind"]),
            "status": BreachStatus(cells["status"]),
            "severity": BreachSeverity(cells["severity"]),
        }
    )
