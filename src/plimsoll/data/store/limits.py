"""Limits, bitemporal: from which day on, and since when we know. What was in force is never overwritten."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, insert, or_, select
from sqlalchemy import update as update_rows
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.changes import note_change
from plimsoll.data.store.limit_document import from_document, to_document
from plimsoll.data.store.limit_rows import LimitRow, LimitVersionRow
from plimsoll.data.store.models import new_id
from plimsoll.errors import NotFoundError, PreconditionError
from plimsoll.risk.limits import Limit

__all__ = [
    "LimitRecord",
    "LimitStatus",
    "LimitVersion",
    "add_version",
    "create",
    "get",
    "in_force",
    "locked",
    "page",
    "versions",
]

_MICROSECOND = dt.timedelta(microseconds=1)
_VERSION = (
    LimitVersionRow.limit_id,
    LimitVersionRow.version,
    LimitVersionRow.name,
    LimitVersionRow.definition,
    LimitVersionRow.valid_from,
    LimitVersionRow.known_at,
    LimitVersionRow.proposal_id,
)


class LimitStatus(StrEnum):
    """How far a limit is."""

    PROPOSED = "proposed"  # nothing of it has come into force
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class LimitVersion:
    """What a limit is from a day on.

    Parameters
    ----------
    limit_id, version
        Which limit, and the number of what came into force, from 1.
    name
        For people.
    limit
        None: there is no such limit from that day on.
    valid_from
        First date of the runs that it applies to; None for all.
    known_at
        Since when it is in force, UTC; strictly ascending within a limit.
    proposal_id
        The proposal that was approved.
    """

    limit_id: UUID
    version: int
    name: str
    limit: Limit | None
    valid_from: dt.date | None
    known_at: dt.datetime
    proposal_id: UUID


@dataclass(frozen=True, slots=True)
class LimitRecord:
    """A limit and the version of it that came into force last.

    Parameters
    ----------
    id
        UUIDv7.
    portfolio_id
        What it limits.
    version
        Number of its last version; 0 while nothing has come into force.
    created_at
        When it was proposed first, UTC.
    last
        None while nothing has come into force.
    """

    id: UUID
    portfolio_id: UUID
    version: int
    created_at: dt.datetime
    last: LimitVersion | None

    @property
    def name(self) -> str:
        """What it is called; empty while nothing has come into force."""
        return "" if self.last is None else self.last.name

    @property
    def status(self) -> LimitStatus:
        """How far it is."""
        if self.last is None:
            return LimitStatus.PROPOSED
        return LimitStatus.RETIRED if self.last.limit is None else LimitStatus.ACTIVE


async def create(session: AsyncSession, portfolio_id: UUID) -> LimitRecord:
    """Store a limit of which nothing is in force yet.

    Raises
    ------
    NotFoundError
        If there is no such portfolio.
    """
    values = {"id": new_id(), "portfolio_id": portfolio_id}
    columns = (LimitRow.id, LimitRow.portfolio_id, LimitRow.version, LimitRow.created_at)
    try:
        async with session.begin_nested():
            row = (await session.execute(insert(LimitRow).values(values).returning(*columns))).one()
    except IntegrityError:
        raise NotFoundError("there is no such portfolio") from None
    return LimitRecord(row.id, row.portfolio_id, row.version, row.created_at, None)


async def get(session: AsyncSession, limit_id: UUID, *, lock: bool = False) -> LimitRecord:
    """Return a limit.

    Parameters
    ----------
    session, limit_id
        Where and which.
    lock
        Whether nobody else may change it, or check a run against it, until the transaction ends.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    if lock:
        await session.execute(select(LimitRow.id).where(LimitRow.id == limit_id).with_for_update())
    row = (await session.execute(_records().where(LimitRow.id == limit_id))).one_or_none()
    if row is None:
        raise NotFoundError("there is no such limit")
    return _record(row)


async def page(
    session: AsyncSession, portfolio_id: UUID | None, *, after: UUID | None, limit: int
) -> list[LimitRecord]:
    """Return `limit` limits whose id comes after `after`, oldest first, of one portfolio or of all."""
    query = _records().order_by(LimitRow.id).limit(limit)
    if portfolio_id is not None:
        query = query.where(LimitRow.portfolio_id == portfolio_id)
    if after is not None:
        query = query.where(LimitRow.id > after)
    return [_record(row) for row in await session.execute(query)]


async def versions(session: AsyncSession, limit_id: UUID) -> list[LimitVersion]:
    """Return all that came into force, the last first."""
    query = select(*_VERSION).where(LimitVersionRow.limit_id == limit_id)
    rows = await session.execute(query.order_by(LimitVersionRow.version.desc()))
    return [_version(row) for row in rows]


async def locked(session: AsyncSession, portfolio_id: UUID) -> list[UUID]:
    """Lock all limits of a portfolio, in the order of their ids, and return those ids.

    Whoever locks a breach or an alert as well locks it afterwards, so that nobody waits in a circle.
    """
    query = select(LimitRow.id).where(LimitRow.portfolio_id == portfolio_id).order_by(LimitRow.id)
    return list((await session.execute(query.with_for_update())).scalars())


async def in_force(
    session: AsyncSession, portfolio_id: UUID, *, as_of: dt.date, known_at: dt.datetime | None = None
) -> list[LimitVersion]:
    """Return the limits of a portfolio that apply to a day, as far as was known at an instant, oldest first.

    Of the versions known by then and valid by that day, the one that begins last counts; of several that
    begin on the same day, the one that came into force last.

    Parameters
    ----------
    session, portfolio_id
        Where and whose.
    as_of
        The day.
    known_at
        The instant, with a time zone; None takes all that is known now.
    """
    query = (
        select(*_VERSION)
        .ext(distinct_on(LimitVersionRow.limit_id))
        .join(LimitRow, LimitRow.id == LimitVersionRow.limit_id)
        .where(
            LimitRow.portfolio_id == portfolio_id,
            or_(LimitVersionRow.valid_from.is_(None), LimitVersionRow.valid_from <= as_of),
        )
        .order_by(
            LimitVersionRow.limit_id,
            LimitVersionRow.valid_from.desc().nulls_last(),
            LimitVersionRow.version.desc(),
        )
    )
    if known_at is not None:
        query = query.where(LimitVersionRow.known_at <= known_at)
    found = [_version(row) for row in await session.execute(query)]
    return [version for version in found if version.limit is not None]


async def add_version(
    session: AsyncSession,
    limit_id: UUID,
    *,
    expected_version: int,
    name: str,
    limit: Limit | None,
    valid_from: dt.date | None,
    proposal_id: UUID,
) -> LimitRecord:
    """Bring a version into force, if no other has come into force meanwhile.

    Parameters
    ----------
    session, limit_id
        Where and which.
    expected_version
        Number of the version that the change was based on.
    name, limit, valid_from, proposal_id
        See :class:`LimitVersion`.

    Raises
    ------
    NotFoundError
        If there is no such limit.
    PreconditionError
        If another version came into force.
    """
    raised = (
        update_rows(LimitRow)
        .where(LimitRow.id == limit_id, LimitRow.version == expected_version)
        .values(version=LimitRow.version + 1)
        .returning(LimitRow.version, LimitRow.portfolio_id)
    )
    row = (await session.execute(raised)).one_or_none()
    if row is None:
        current = await get(session, limit_id)
        remedy = "Propose the change again, on what is in force now."
        raise PreconditionError(f"the limit is at version {current.version} by now", remedy=remedy)
    note_change(session, row.portfolio_id)
    values = {
        "id": new_id(),
        "limit_id": limit_id,
        "proposal_id": proposal_id,
        "version": row.version,
        "name": name,
        "definition": None if limit is None else to_document(limit),
        "valid_from": valid_from,
        "known_at": await _next_known_at(session, limit_id),
    }
    await session.execute(insert(LimitVersionRow).values(values))
    return await get(session, limit_id)


async def _next_known_at(session: AsyncSession, limit_id: UUID) -> dt.datetime:
    """Return an instant later than that of every version of the limit, which is locked."""
    last = select(func.max(LimitVersionRow.known_at)).where(LimitVersionRow.limit_id == limit_id)
    clock, latest = (await session.execute(select(func.clock_timestamp(), last.scalar_subquery()))).one()
    now: dt.datetime = clock
    return now if latest is None else max(now, latest + _MICROSECOND)


def _records() -> Select[*tuple[Any, ...]]:
    joined = (LimitVersionRow.limit_id == LimitRow.id) & (LimitVersionRow.version == LimitRow.version)
    return select(
        LimitRow.id,
        LimitRow.portfolio_id,
        LimitRow.version.label("number"),
        LimitRow.created_at,
        *_VERSION,
    ).outerjoin(LimitVersionRow, joined)


def _record(row: Row[*tuple[Any, ...]]) -> LimitRecord:
    last = None if row.known_at is None else _version(row)
    return LimitRecord(row.id, row.portfolio_id, row.number, row.created_at, last)


def _version(row: Row[*tuple[Any, ...]]) -> LimitVersion:
    return LimitVersion(
        limit_id=row.limit_id,
        version=row.version,
        name=row.name,
        limit=None if row.definition is None else from_document(row.definition),
        valid_from=row.valid_from,
        known_at=row.known_at,
        proposal_id=row.proposal_id,
    )
