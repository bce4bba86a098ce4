"""Security events as stored: appended and read, never changed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Numeric, case, cast, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.audit_rows import AuditEventRow
from plimsoll.data.store.models import new_id, table_of

__all__ = ["AUDIT_COLUMNS", "AuditFilter", "AuditRecord", "append", "count", "page", "weigh"]

AUDIT_COLUMNS = (
    AuditEventRow.id,
    AuditEventRow.recorded_at,
    AuditEventRow.action,
    AuditEventRow.actor,
    AuditEventRow.actor_name,
    AuditEventRow.session_id,
    AuditEventRow.subject,
    AuditEventRow.detail,
    AuditEventRow.address,
    AuditEventRow.request_id,
)
"""What an :class:`AuditRecord` is made of, in its order."""

_APPEND = insert(table_of(AuditEventRow))


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """What somebody did.

    Parameters
    ----------
    id
        UUIDv7.
    recorded_at
        UTC, by the clock of the database.
    action
        What was done, such as ``limit.approved``.
    actor
        Id of the principal who did it; None for nobody who had shown who they are, or the platform itself.
    actor_name
        Their name at that time.
    session_id
        The session it was done in, where there was one.
    subject
        What it was done to: an id, or a name where there is no id.
    detail
        What else there is to say; never a secret.
    address
        Where the request came from.
    request_id
        Names the request in the logs.
    """

    id: UUID
    recorded_at: dt.datetime
    action: str
    actor: str | None
    actor_name: str
    session_id: UUID | None
    subject: str
    detail: Mapping[str, Any]
    address: str
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which events are asked for; everything that is given has to hold.

    Parameters
    ----------
    actions
        One of these; none for all.
    actor, subject, address
        This one; None for all.
    since, until
        Recorded at or after, and before; None for no bound.
    last
        Recorded at or before; None for no bound.
    """

    actions: Sequence[str] = ()
    actor: str | None = None
    subject: str | None = None
    address: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    last: dt.datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what a row must fulfil."""
        row = AuditEventRow
        same = {row.actor: self.actor, row.subject: self.subject, row.address: self.address}
        found: list[ColumnElement[bool]] = [
            column == given for column, given in same.items() if given is not None
        ]
        if self.actions:
            found.append(row.action.in_(self.actions))
        if self.since is not None:
            found.append(row.recorded_at >= self.since)
        if self.until is not None:
            found.append(row.recorded_at < self.until)
        if self.last is not None:
            found.append(row.recorded_at <= self.last)
        return found


async def append(session: AsyncSession, values: Mapping[str, Any]) -> UUID:
    """Store an event in the caller's transaction and return its id.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    values
        By field of :class:`AuditRecord`, without the id and the time.
    """
    event_id = new_id()
    await session.execute(_APPEND, {"id": event_id, **values})
    return event_id


async def page(
    session: AsyncSession, wanted: AuditFilter, *, after: UUID | None, limit: int
) -> list[AuditRecord]:
    """Return events, the last recorded first.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    wanted
        Which.
    after
        Id of the last event of the page before; None for the first page.
    limit
        Most events to return.
    """
    query = select(*AUDIT_COLUMNS).where(*wanted.conditions()).order_by(AuditEventRow.id.desc()).limit(limit)
    if after is not None:
        query = query.where(AuditEventRow.id < after)
    return [AuditRecord(*row) for row in await session.execute(query)]


async def count(session: AsyncSession, wanted: AuditFilter) -> int:
    """Return how many events there are.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    wanted
        Which.
    """
    query = select(func.count()).select_from(AuditEventRow).where(*wanted.conditions())
    return (await session.execute(query)).scalar_one()


async def weigh(session: AsyncSession, wanted: AuditFilter) -> int:
    """Return how many things happened: an event that stands for many says so in ``detail["count"]``.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    wanted
        Which.
    """
    stated = AuditEventRow.detail["count"]
    number = func.jsonb_typeof(stated) == "number"
    each = case((number, func.greatest(cast(stated.astext, Numeric), 1)), else_=1)
    query = select(func.coalesce(func.sum(each), 0)).where(*wanted.conditions())
    return int((await session.execute(query)).scalar_one())
