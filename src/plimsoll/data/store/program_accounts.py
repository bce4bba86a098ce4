"""Service accounts as stored: programs that are somebody."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.models import new_id
from plimsoll.data.store.program_account_rows import ApiKeyRow, ClientAssertionRow, ServiceAccountRow
from plimsoll.errors import ConflictError, NotFoundError, PreconditionError

__all__ = ["ServiceAccountRecord", "add", "change", "get", "makers", "page", "use_assertion"]


@dataclass(frozen=True, slots=True)
class ServiceAccountRecord:
    """A program that is somebody.

    Parameters
    ----------
    id
        UUIDv7.
    name
        Unique in its tenant.
    public_keys
        JSON Web Keys by which its assertions are checked.
    created_at, created_by
        When and by whom it was made.
    disabled_at
        None while it is in use.
    version
        Counts its changes from 1.
    """

    id: UUID
    name: str
    public_keys: Sequence[Mapping[str, Any]]
    created_at: dt.datetime
    created_by: str
    disabled_at: dt.datetime | None
    version: int


_COLUMNS = tuple(getattr(ServiceAccountRow, column.name) for column in fields(ServiceAccountRecord))


async def add(
    session: AsyncSession,
    *,
    name: str,
    public_keys: Sequence[Mapping[str, Any]],
    created_by: str,
) -> ServiceAccountRecord:
    """Store a new service account.

    Raises
    ------
    ConflictError
        If another has the name.
    """
    values = {"id": new_id(), "name": name, "created_by": created_by}
    values |= {"public_keys": [dict(key) for key in public_keys]}
    made = insert_or(ServiceAccountRow).values(values)
    made = made.on_conflict_do_nothing(index_elements=["tenant_id", "name"])
    row = (await session.execute(made.returning(*_COLUMNS))).one_or_none()
    if row is None:
        raise ConflictError(f"there is already a service account called {name}")
    return ServiceAccountRecord(*row)


async def get(session: AsyncSession, account_id: UUID, *, lock: bool = False) -> ServiceAccountRecord:
    """Return a service account, on request locked until the transaction ends.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    query = select(*_COLUMNS).where(ServiceAccountRow.id == account_id)
    row = (await session.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise NotFoundError("there is no such service account")
    return ServiceAccountRecord(*row)


async def makers(session: AsyncSession, account_id: UUID) -> frozenset[str]:
    """Return who has made a service account or a key of it; nobody if there is no such account."""
    accounts = select(ServiceAccountRow.created_by).where(ServiceAccountRow.id == account_id)
    keys = select(ApiKeyRow.created_by).where(ApiKeyRow.account_id == account_id)
    return frozenset((await session.execute(accounts.union(keys))).scalars())


async def page(session: AsyncSession, *, after: UUID | None, limit: int) -> list[ServiceAccountRecord]:
    """Return the first `limit` service accounts whose id comes after `after`, oldest first."""
    query = select(*_COLUMNS).order_by(ServiceAccountRow.id).limit(limit)
    if after is not None:
        query = query.where(ServiceAccountRow.id > after)
    return [ServiceAccountRecord(*row) for row in await session.execute(query)]


async def change(
    session: AsyncSession, account_id: UUID, *, expected_version: int, changes: Mapping[str, Any]
) -> ServiceAccountRecord:
    """Change a service account, if nobody has changed it meanwhile.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    PreconditionError
        If its version is another.
    """
    known = await get(session, account_id, lock=True)
    if expected_version != known.version:
        remedy = "Read it again and repeat the change."
        raise PreconditionError(f"the service account is at version {known.version} by now", remedy=remedy)
    statement = (
        update(ServiceAccountRow)
        .where(ServiceAccountRow.id == account_id)
        .values(version=ServiceAccountRow.version + 1, **changes)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    return ServiceAccountRecord(*(await session.execute(statement)).one())


async def use_assertion(
    session: AsyncSession, account_id: UUID, digest: bytes, *, expires_at: dt.datetime, now: dt.datetime
) -> bool:
    """Note that an assertion was used; return False if it was already.

    Those that have expired are forgotten on the way: they count no more in any case.
    """
    old = delete(ClientAssertionRow).where(
        ClientAssertionRow.account_id == account_id, ClientAssertionRow.expires_at < now
    )
    await session.execute(old.execution_options(synchronize_session=False))
    values = {"account_id": account_id, "digest": digest, "expires_at": expires_at}
    made = insert_or(ClientAssertionRow).values(values).on_conflict_do_nothing()
    return (await session.execute(made.returning(ClientAssertionRow.digest))).one_or_none() is not None
