"""People as stored."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.account_rows import UserRow
from plimsoll.data.store.models import new_id
from plimsoll.errors import ConflictError, NotFoundError, PreconditionError

__all__ = [
    "UserRecord",
    "add",
    "are_there",
    "by_email",
    "change",
    "end_all_sessions",
    "get",
    "is_last_administrator",
    "lock_first",
    "mark",
    "note_password",
    "page",
]

_FIRST = text("SELECT pg_advisory_xact_lock(hashtextextended('plimsoll first user ' || :tenant, 0))")


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A person.

    Parameters
    ----------
    id
        UUIDv7.
    email
        As :func:`plimsoll.security.emails.normal_email` writes it; unique within the tenant.
    name
        For people.
    password
        Its argon2id hash; None for somebody who has not chosen one.
    password_changed_at
        When it was chosen.
    password_alone
        Whether it is long enough without a second factor; None for not known.
    administrator
        Whether they may do everything.
    enabled
        Whether they may sign in.
    epoch
        Counts what ended all their sessions at once; a session of an older epoch is over.
    created_at, created_by
        When and by whom they were invited.
    version
        Counts the changes from 1.
    """

    id: UUID
    email: str
    name: str
    password: str | None = field(repr=False)
    password_changed_at: dt.datetime | None
    password_alone: bool | None
    administrator: bool
    enabled: bool
    epoch: int
    created_at: dt.datetime
    created_by: str
    version: int


_COLUMNS = tuple(getattr(UserRow, one.name) for one in fields(UserRecord))


async def lock_first(session: AsyncSession, tenant: UUID) -> None:
    """Let one transaction at a time ask whether there is anybody, until it ends."""
    await session.execute(_FIRST, {"tenant": str(tenant)})


async def are_there(session: AsyncSession) -> bool:
    """Return whether the tenant has anybody."""
    return bool((await session.execute(select(select(UserRow.id).exists()))).scalar_one())


async def add(session: AsyncSession, *, email: str, name: str, created_by: str, **values: Any) -> UserRecord:
    """Store somebody new.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    email, name, created_by, **values
        By field of :class:`UserRecord`.

    Raises
    ------
    ConflictError
        If somebody has the address already.
    """
    statement = insert(UserRow).values(id=new_id(), email=email, name=name, created_by=created_by, **values)
    try:
        async with session.begin_nested():
            made = (await session.execute(statement.returning(*_COLUMNS))).one()
    except IntegrityError:
        raise ConflictError("somebody has this e-mail address already") from None
    return _record(made)


async def get(session: AsyncSession, user_id: UUID, *, lock: bool = False) -> UserRecord:
    """Return somebody, on request locked until the transaction ends.

    Raises
    ------
    NotFoundError
        If there is nobody of that id.
    """
    query = select(*_COLUMNS).where(UserRow.id == user_id)
    row = (await session.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise NotFoundError("there is no such user")
    return _record(row)


async def mark(session: AsyncSession, user_id: UUID, *, administrator: bool) -> None:
    """Note whether somebody is an administrator, as what they were granted says."""
    statement = update(UserRow).where(UserRow.id == user_id, UserRow.administrator != administrator)
    await session.execute(
        statement.values(administrator=administrator).execution_options(synchronize_session=False)
    )


async def note_password(session: AsyncSession, user_id: UUID, *, alone: bool) -> None:
    """Note whether somebody's password is long enough to stand alone, which is no change that others see."""
    statement = update(UserRow).where(UserRow.id == user_id).values(password_alone=alone)
    await session.execute(statement.execution_options(synchronize_session=False))


async def is_last_administrator(session: AsyncSession, user_id: UUID) -> bool:
    """Return whether somebody is an administrator and nobody else who may sign in is one."""
    others = select(UserRow.id).where(UserRow.administrator, UserRow.enabled, UserRow.id != user_id)
    others = others.where(UserRow.password.is_not(None))
    query = select(UserRow.administrator, others.exists()).where(UserRow.id == user_id)
    row = (await session.execute(query)).one_or_none()
    return row is not None and bool(row[0]) and not row[1]


async def by_email(session: AsyncSession, email: str) -> UserRecord | None:
    """Return who has an address; None for nobody."""
    row = (await session.execute(select(*_COLUMNS).where(UserRow.email == email))).one_or_none()
    return None if row is None else _record(row)


async def page(session: AsyncSession, *, after: UUID | None, limit: int) -> list[UserRecord]:
    """Return the first `limit` people whose id comes after `after`, oldest first."""
    query = select(*_COLUMNS).order_by(UserRow.id).limit(limit)
    if after is not None:
        query = query.where(UserRow.id > after)
    return [_record(row) for row in await session.execute(query)]


async def change(
    session: AsyncSession, user_id: UUID, changes: Mapping[str, Any], *, expected_version: int | None = None
) -> UserRecord:
    """Change somebody.

    Parameters
    ----------
    session, user_id
        An open transaction of the tenant, and whom.
    changes
        By field of :class:`UserRecord`.
    expected_version
        That the caller has seen; None where it does not matter.

    Raises
    ------
    ConflictError
        If somebody else has the address.
    NotFoundError
        If there is nobody of that id.
    PreconditionError
        If the version is another.
    """
    known = await get(session, user_id, lock=True)
    if expected_version not in (None, known.version):
        remedy = "Read it again and repeat the change."
        raise PreconditionError(f"the user is at version {known.version} by now", remedy=remedy)
    statement = (
        update(UserRow)
        .where(UserRow.id == user_id)
        .values(version=UserRow.version + 1, **changes)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    try:
        async with session.begin_nested():
            return _record((await session.execute(statement)).one())
    except IntegrityError:
        raise ConflictError("somebody has this e-mail address already") from None


async def end_all_sessions(session: AsyncSession, user_id: UUID) -> int:
    """End all sessions and pending sign-ins of somebody by a new epoch, and return it."""
    statement = (
        update(UserRow)
        .where(UserRow.id == user_id)
        .values(epoch=UserRow.epoch + 1)
        .returning(UserRow.epoch)
        .execution_options(synchronize_session=False)
    )
    return int((await session.execute(statement)).scalar_one())


def _record(row: Any) -> UserRecord:
    return UserRecord(**row._asdict())
