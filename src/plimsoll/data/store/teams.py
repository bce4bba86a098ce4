"""Teams: people and service accounts together, and the portfolios that they own as a desk."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.grant_rows import TeamMemberRow, TeamPortfolioRow, TeamRow
from plimsoll.data.store.grants import Holder, HolderKind
from plimsoll.data.store.models import new_id
from plimsoll.errors import ConflictError, NotFoundError, PreconditionError

__all__ = [
    "TeamRecord",
    "archive",
    "create",
    "get",
    "members",
    "owned",
    "page",
    "portfolios",
    "rename",
    "set_members",
    "set_portfolios",
]


@dataclass(frozen=True, slots=True)
class TeamRecord:
    """A team.

    Parameters
    ----------
    id
        UUIDv7.
    name
        Unique among the live ones.
    version
        Counts its changes from 1, those of its members and portfolios included.
    created_at, created_by
        Since when, and by whom.
    archived_at
        None while it is in use.
    """

    id: UUID
    name: str
    version: int
    created_at: dt.datetime
    created_by: str
    archived_at: dt.datetime | None


_COLUMNS = tuple(getattr(TeamRow, name) for name in TeamRecord.__dataclass_fields__)
_TAKEN = "there is already a team of that name"


async def create(session: AsyncSession, *, name: str, created_by: str) -> TeamRecord:
    """Store a team without members.

    Raises
    ------
    ConflictError
        If a live one has the name.
    """
    values = {"id": new_id(), "name": name, "created_by": created_by}
    try:
        async with session.begin_nested():
            made = await session.execute(insert(TeamRow).values(values).returning(*_COLUMNS))
    except IntegrityError:
        raise ConflictError(_TAKEN, remedy="Choose another name.") from None
    return TeamRecord(*made.one())


async def get(session: AsyncSession, team: UUID) -> TeamRecord:
    """Return a team, archived or not.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    row = (await session.execute(select(*_COLUMNS).where(TeamRow.id == team))).one_or_none()
    if row is None:
        raise NotFoundError("there is no such team")
    return TeamRecord(*row)


async def page(session: AsyncSession, *, after: UUID | None, limit: int) -> list[TeamRecord]:
    """Return the first `limit` live teams whose id comes after `after`, oldest first."""
    query = select(*_COLUMNS).where(TeamRow.archived_at.is_(None)).order_by(TeamRow.id).limit(limit)
    if after is not None:
        query = query.where(TeamRow.id > after)
    return [TeamRecord(*row) for row in await session.execute(query)]


async def members(session: AsyncSession, team: UUID) -> list[Holder]:
    """Return who is in a team."""
    query = (
        select(TeamMemberRow.kind, TeamMemberRow.member_id)
        .where(TeamMemberRow.team_id == team)
        .order_by(TeamMemberRow.kind, TeamMemberRow.member_id)
    )
    return [Holder(HolderKind(kind), member) for kind, member in await session.execute(query)]


async def portfolios(session: AsyncSession, team: UUID) -> list[UUID]:
    """Return what a team owns."""
    query = (
        select(TeamPortfolioRow.portfolio_id)
        .where(TeamPortfolioRow.team_id == team)
        .order_by(TeamPortfolioRow.portfolio_id)
    )
    return list((await session.execute(query)).scalars())


async def owned(session: AsyncSession, of: Sequence[UUID]) -> set[UUID]:
    """Return what several teams own together; one that is archived owns nothing."""
    query = (
        select(TeamPortfolioRow.portfolio_id)
        .join(
            TeamRow,
            and_(TeamRow.tenant_id == TeamPortfolioRow.tenant_id, TeamRow.id == TeamPortfolioRow.team_id),
        )
        .where(TeamRow.id.in_(of), TeamRow.archived_at.is_(None))
    )
    return set((await session.execute(query)).scalars())


async def rename(session: AsyncSession, team: UUID, *, expected_version: int, name: str) -> TeamRecord:
    """Rename a team that nobody has changed meanwhile.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    ConflictError
        If it is archived, or a live one has the name.
    PreconditionError
        If its version is another.
    """
    try:
        async with session.begin_nested():
            return await _changed(session, team, expected_version, name=name)
    except IntegrityError:
        raise ConflictError(_TAKEN, remedy="Choose another name.") from None


async def archive(session: AsyncSession, team: UUID, *, expected_version: int) -> TeamRecord:
    """Take a team out of use; its name becomes free. The errors are those of :func:`rename`."""
    return await _changed(session, team, expected_version, archived_at=func.clock_timestamp())


async def set_members(
    session: AsyncSession, team: UUID, *, expected_version: int, wanted: Iterable[Holder]
) -> TeamRecord:
    """Say who is in a team; the errors are those of :func:`rename`."""
    record = await _changed(session, team, expected_version)
    await session.execute(delete(TeamMemberRow).where(TeamMemberRow.team_id == team))
    rows = [{"team_id": team, "kind": one.kind.value, "member_id": one.id} for one in set(wanted)]
    if rows:
        await session.execute(insert(TeamMemberRow), rows)
    return record


async def set_portfolios(
    session: AsyncSession, team: UUID, *, expected_version: int, wanted: Iterable[UUID]
) -> TeamRecord:
    """Say what a team owns; the errors are those of :func:`rename`, and of portfolios that are not there."""
    record = await _changed(session, team, expected_version)
    await session.execute(delete(TeamPortfolioRow).where(TeamPortfolioRow.team_id == team))
    rows = [{"team_id": team, "portfolio_id": one} for one in set(wanted)]
    try:
        async with session.begin_nested():
            if rows:
                await session.execute(insert(TeamPortfolioRow), rows)
    except IntegrityError:
        raise NotFoundError("there is no such portfolio") from None
    return record


async def _changed(session: AsyncSession, team: UUID, expected_version: int, **changes: Any) -> TeamRecord:
    statement = (
        update(TeamRow)
        .where(TeamRow.id == team, TeamRow.version == expected_version, TeamRow.archived_at.is_(None))
        .values(version=TeamRow.version + 1, **changes)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is not None:
        return TeamRecord(*row)
    current = await get(session, team)
    if current.archived_at is not None:
        raise ConflictError("the team is no more", remedy="Make another one.")
    remedy = "Read it again and repeat the change."
    raise PreconditionError(f"the team is at version {current.version} by now", remedy=remedy)
