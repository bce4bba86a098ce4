"""Roles that a tenant makes for itself; those that ship are in code."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.grant_rows import RoleRow
from plimsoll.data.store.models import new_id
from plimsoll.errors import ConflictError, NotFoundError, PreconditionError

__all__ = ["RoleRecord", "archive", "change", "create", "get", "named", "page"]


@dataclass(frozen=True, slots=True)
class RoleRecord:
    """A role of a tenant's own.

    Parameters
    ----------
    id
        UUIDv7.
    name
        Unique among the live ones.
    description
        For people.
    permissions
        As texts, sorted; one of another version of Plimsoll may be among them.
    version
        Counts its changes from 1.
    created_at, created_by
        Since when, and by whom.
    archived_at
        None while it can be granted.
    """

    id: UUID
    name: str
    description: str
    permissions: tuple[str, ...]
    version: int
    created_at: dt.datetime
    created_by: str
    archived_at: dt.datetime | None


_COLUMNS = tuple(getattr(RoleRow, name) for name in RoleRecord.__dataclass_fields__)


async def create(
    session: AsyncSession, *, name: str, description: str, permissions: Iterable[str], created_by: str
) -> RoleRecord:
    """Store a role; the parameters are those of :class:`RoleRecord`.

    Raises
    ------
    ConflictError
        If a live one has the name.
    """
    values = {
        "id": new_id(),
        "name": name,
        "description": description,
        "permissions": sorted(permissions),
        "created_by": created_by,
    }
    try:
        async with session.begin_nested():
            made = await session.execute(insert(RoleRow).values(values).returning(*_COLUMNS))
    except IntegrityError:
        raise ConflictError("there is already a role of that name", remedy="Choose another name.") from None
    return _record(made.one())


async def get(session: AsyncSession, role: UUID) -> RoleRecord:
    """Return a role, archived or not.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    row = (await session.execute(select(*_COLUMNS).where(RoleRow.id == role))).one_or_none()
    if row is None:
        raise NotFoundError("there is no such role")
    return _record(row)


async def named(session: AsyncSession, name: str) -> RoleRecord:
    """Return the live role of a name.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    query = select(*_COLUMNS).where(RoleRow.name == name, RoleRow.archived_at.is_(None))
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFoundError("there is no such role", remedy="plimsoll roles list shows them.")
    return _record(row)


async def page(session: AsyncSession, *, after: UUID | None, limit: int) -> list[RoleRecord]:
    """Return the first `limit` live roles whose id comes after `after`, oldest first."""
    query = select(*_COLUMNS).where(RoleRow.archived_at.is_(None)).order_by(RoleRow.id).limit(limit)
    if after is not None:
        query = query.where(RoleRow.id > after)
    return [_record(row) for row in await session.execute(query)]


async def change(session: AsyncSession, role: UUID, *, expected_version: int, **changes: Any) -> RoleRecord:
    """Change a live role that nobody has changed meanwhile.

    Parameters
    ----------
    session, role
        Where and which.
    expected_version
        The version that the caller has read.
    **changes
        Of ``description`` and ``permissions``, and ``archived_at``.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    ConflictError
        If it is archived.
    PreconditionError
        If its version is another.
    """
    statement = (
        update(RoleRow)
        .where(RoleRow.id == role, RoleRow.version == expected_version, RoleRow.archived_at.is_(None))
        .values(version=RoleRow.version + 1, **changes)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is not None:
        return _record(row)
    current = await get(session, role)
    if current.archived_at is not None:
        raise ConflictError("the role is no more", remedy="Make another one.")
    remedy = "Read it again and repeat the change."
    raise PreconditionError(f"the role is at version {current.version} by now", remedy=remedy)


async def archive(session: AsyncSession, role: UUID, *, expected_version: int) -> RoleRecord:
    """Take a role out of use; its name becomes free. The errors are those of :func:`change`."""
    return await change(session, role, expected_version=expected_version, archived_at=func.clock_timestamp())


def _record(row: Row[*tuple[Any, ...]]) -> RoleRecord:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    return RoleRecord(**{**values, "permissions": tuple(map(str, values["permissions"]))})
