"""API keys as stored: digests, and what each may do."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.models import new_id
from plimsoll.data.store.program_account_rows import ApiKeyRow, ServiceAccountRow
from plimsoll.errors import NotFoundError

__all__ = ["ApiKeyRecord", "Holder", "add", "get", "holder", "note_use", "page", "revoke"]


@dataclass(frozen=True, slots=True)
class ApiKeyRecord:
    """An API key.

    Parameters
    ----------
    id
        UUIDv7.
    account_id
        Whose it is.
    name
        For people.
    prefix
        How it begins, for people too; None for one that was made before that was kept.
    permissions
        What it may do, where its account may; None for all that its account may.
    portfolios, desks
        Where it may do that: there and below, as far as its account may; None for no such bound.
    canary
        Whether it is bait: nobody has a reason to use it.
    created_at, created_by
        When and by whom it was made.
    expires_at
        When it ends.
    last_used_at
        To within five minutes; None for never.
    revoked_at
        None while it is in use.
    """

    id: UUID
    account_id: UUID
    name: str
    prefix: str | None
    permissions: Sequence[str] | None
    portfolios: Sequence[UUID] | None
    desks: Sequence[UUID] | None
    canary: bool
    created_at: dt.datetime
    created_by: str
    expires_at: dt.datetime
    last_used_at: dt.datetime | None
    revoked_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a key that counts.

    Parameters
    ----------
    key_id, account_id
        Of the key and of its service account.
    name
        Of the account.
    permissions, portfolios, desks, canary, last_used_at
        As for `ApiKeyRecord`.
    """

    key_id: UUID
    account_id: UUID
    name: str
    permissions: Sequence[str] | None
    portfolios: Sequence[UUID] | None
    desks: Sequence[UUID] | None
    canary: bool
    last_used_at: dt.datetime | None


_COLUMNS = tuple(getattr(ApiKeyRow, column.name) for column in fields(ApiKeyRecord))


async def add(
    session: AsyncSession,
    *,
    account_id: UUID,
    name: str,
    prefix: str,
    digest: bytes,
    permissions: Sequence[str] | None,
    canary: bool,
    expires_at: dt.datetime,
    created_by: str,
    portfolios: Sequence[UUID] | None = None,
    desks: Sequence[UUID] | None = None,
) -> ApiKeyRecord:
    """Store a new key of a service account that is there."""
    values = {
        "id": new_id(),
        "account_id": account_id,
        "name": name,
        "prefix": prefix,
        "digest": digest,
        "permissions": None if permissions is None else sorted(permissions),
        "portfolios": None if portfolios is None else sorted(portfolios),
        "desks": None if desks is None else sorted(desks),
        "canary": canary,
        "expires_at": expires_at,
        "created_by": created_by,
    }
    return ApiKeyRecord(*(await session.execute(insert(ApiKeyRow).values(values).returning(*_COLUMNS))).one())


async def holder(session: AsyncSession, key_id: UUID, now: dt.datetime) -> Holder | None:
    """Return who holds a key; None if it does not count any more."""
    query = (
        select(
            ApiKeyRow.id,
            ServiceAccountRow.id,
            ServiceAccountRow.name,
            ApiKeyRow.permissions,
            ApiKeyRow.portfolios,
            ApiKeyRow.desks,
            ApiKeyRow.canary,
            ApiKeyRow.last_used_at,
        )
        .join(ServiceAccountRow, ServiceAccountRow.id == ApiKeyRow.account_id)
        .where(
            ApiKeyRow.id == key_id,
            ApiKeyRow.revoked_at.is_(None),
            ApiKeyRow.expires_at > now,
            ServiceAccountRow.disabled_at.is_(None),
        )
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else Holder(*row)


async def note_use(session: AsyncSession, key_id: UUID, at: dt.datetime) -> None:
    """Note that a key was used."""
    noted = update(ApiKeyRow).where(ApiKeyRow.id == key_id).values(last_used_at=at)
    await session.execute(noted.execution_options(synchronize_session=False))


async def get(session: AsyncSession, key_id: UUID) -> ApiKeyRecord:
    """Return a key.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    row = (await session.execute(select(*_COLUMNS).where(ApiKeyRow.id == key_id))).one_or_none()
    if row is None:
        raise NotFoundError("there is no such API key")
    return ApiKeyRecord(*row)


async def page(
    session: AsyncSession, *, account_id: UUID | None, after: UUID | None, limit: int
) -> list[ApiKeyRecord]:
    """Return the first `limit` keys after `after`, of one account or of all, oldest first."""
    query = select(*_COLUMNS).order_by(ApiKeyRow.id).limit(limit)
    if account_id is not None:
        query = query.where(ApiKeyRow.account_id == account_id)
    if after is not None:
        query = query.where(ApiKeyRow.id > after)
    return [ApiKeyRecord(*row) for row in await session.execute(query)]


async def revoke(session: AsyncSession, key_id: UUID, at: dt.datetime) -> bool:
    """Revoke a key for good; return False if it was revoked before.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    statement = (
        update(ApiKeyRow).where(ApiKeyRow.id == key_id, ApiKeyRow.revoked_at.is_(None)).values(revoked_at=at)
    )
    done = statement.returning(ApiKeyRow.id).execution_options(synchronize_session=False)
    if (await session.execute(done)).one_or_none() is not None:
        return True
    await get(session, key_id)
    return False
