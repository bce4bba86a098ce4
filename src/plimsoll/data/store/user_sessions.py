"""Sessions of people as stored: who is signed in where, and until when."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.account_rows import SessionRow, UserRow
from plimsoll.data.store.models import new_id
from plimsoll.data.store.users import UserRecord
from plimsoll.errors import NotFoundError

__all__ = [
    "SessionRecord",
    "add",
    "end",
    "forget",
    "living",
    "of_user",
    "page",
    "put_right",
    "rotate",
    "touch",
]


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A browser that is signed in.

    Parameters
    ----------
    id
        UUIDv7.
    user_id
        Whose it is.
    epoch
        Of the user when it began; see :class:`UserRecord`.
    factors
        How they have shown who they are, such as ``password`` and ``totp``.
    created_at, seen_at
        When it began, and when it was last used, to within a minute.
    stepped_up_at
        When they last showed again who they are.
    ended_at
        When it was ended; None for one that was not.
    address, agent
        Where it began: the address, and what the browser calls itself.
    """

    id: UUID
    user_id: UUID
    epoch: int
    factors: Sequence[str]
    created_at: dt.datetime
    seen_at: dt.datetime
    stepped_up_at: dt.datetime | None
    ended_at: dt.datetime | None
    address: str
    agent: str


_COLUMNS = tuple(getattr(SessionRow, one.name) for one in fields(SessionRecord))
_USER = tuple(getattr(UserRow, one.name).label(f"user_{one.name}") for one in fields(UserRecord))
_OF_USER = and_(SessionRow.tenant_id == UserRow.tenant_id, SessionRow.user_id == UserRow.id)


async def add(session: AsyncSession, *, digest: bytes, **values: Any) -> SessionRecord:
    """Store a new session.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    digest
        Of its token.
    **values
        By field of :class:`SessionRecord`.
    """
    statement = insert(SessionRow).values(id=new_id(), digest=digest, **values)
    return _record((await session.execute(statement.returning(*_COLUMNS))).one())


async def living(
    session: AsyncSession, session_id: UUID, *, digest: bytes | None = None
) -> tuple[SessionRecord, UserRecord] | None:
    """Return a session and whose it is, unless it was ended, or they were; idleness is for the caller.

    Parameters
    ----------
    session, session_id
        A transaction of the tenant, and which.
    digest
        Of the token by which somebody came: a token that was renewed meanwhile leads nowhere.
    """
    query = (
        select(*_COLUMNS, *_USER)
        .join(UserRow, _OF_USER)
        .where(SessionRow.id == session_id, SessionRow.ended_at.is_(None), UserRow.enabled)
        .where(SessionRow.epoch == UserRow.epoch)
    )
    if digest is not None:
        query = query.where(SessionRow.digest == digest)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    user = UserRecord(**{one.name: getattr(row, f"user_{one.name}") for one in fields(UserRecord)})
    return _session_of(row), user


async def of_user(session: AsyncSession, user_id: UUID, *, since: dt.datetime) -> list[SessionRecord]:
    """Return somebody's sessions that began after `since` and were not ended, latest first."""
    query = (
        select(*_COLUMNS)
        .join(UserRow, _OF_USER)
        .where(SessionRow.user_id == user_id, SessionRow.ended_at.is_(None), SessionRow.created_at > since)
        .where(SessionRow.epoch == UserRow.epoch, UserRow.enabled)
        .order_by(SessionRow.id.desc())
    )
    return [_record(row) for row in await session.execute(query)]


async def page(
    session: AsyncSession, *, after: UUID | None, limit: int, since: dt.datetime, user_id: UUID | None = None
) -> list[SessionRecord]:
    """Return the first `limit` sessions that go on, of everybody or of one, oldest first."""
    query = (
        select(*_COLUMNS)
        .join(UserRow, _OF_USER)
        .where(SessionRow.ended_at.is_(None), SessionRow.created_at > since)
        .where(SessionRow.epoch == UserRow.epoch, UserRow.enabled)
        .order_by(SessionRow.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(SessionRow.id > after)
    if user_id is not None:
        query = query.where(SessionRow.user_id == user_id)
    return [_record(row) for row in await session.execute(query)]


async def touch(session: AsyncSession, session_id: UUID, at: dt.datetime) -> None:
    """Note that a session was used."""
    await session.execute(
        update(SessionRow)
        .where(SessionRow.id == session_id, SessionRow.seen_at < at)
        .values(seen_at=at)
        .execution_options(synchronize_session=False)
    )


async def put_right(session: AsyncSession, session_id: UUID, at: dt.datetime) -> bool:
    """Note that a session is used that was used in the future before; return whether it still was."""
    statement = (
        update(SessionRow)
        .where(SessionRow.id == session_id, SessionRow.seen_at > at)
        .values(seen_at=at)
        .returning(SessionRow.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).one_or_none() is not None


async def rotate(session: AsyncSession, session_id: UUID, digest: bytes, **values: Any) -> None:
    """Give a session a new token, and with it what has changed about it; the old token leads nowhere.

    Raises
    ------
    NotFoundError
        If it was ended meanwhile.
    """
    statement = (
        update(SessionRow)
        .where(SessionRow.id == session_id, SessionRow.ended_at.is_(None))
        .values(digest=digest, **values)
        .returning(SessionRow.id)
        .execution_options(synchronize_session=False)
    )
    if (await session.execute(statement)).one_or_none() is None:
        raise NotFoundError("there is no such session")


async def end(
    session: AsyncSession, session_id: UUID, at: dt.datetime, *, user_id: UUID | None = None
) -> UUID:
    """End a session and return whose it was.

    Parameters
    ----------
    session, session_id, at
        A transaction of the tenant, which, and when.
    user_id
        Whose it must be; None for anybody's.

    Raises
    ------
    NotFoundError
        If there is no such session, or it has ended.
    """
    statement = (
        update(SessionRow)
        .where(SessionRow.id == session_id, SessionRow.ended_at.is_(None))
        .values(ended_at=at)
        .returning(SessionRow.user_id)
        .execution_options(synchronize_session=False)
    )
    if user_id is not None:
        statement = statement.where(SessionRow.user_id == user_id)
    found = (await session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise NotFoundError("there is no such session")
    return found


async def forget(session: AsyncSession, *, before: dt.datetime) -> int:
    """Delete sessions that began before an instant, and return how many."""
    gone = await session.execute(delete(SessionRow).where(SessionRow.created_at < before))
    return int(getattr(gone, "rowcount", 0))


def _record(row: Any) -> SessionRecord:
    return SessionRecord(**row._asdict())


def _session_of(row: Any) -> SessionRecord:
    return SessionRecord(**{one.name: getattr(row, one.name) for one in fields(SessionRecord)})
