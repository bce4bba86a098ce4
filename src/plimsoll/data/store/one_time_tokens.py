"""Links that are good for one thing and one time."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.account_rows import OneTimeTokenRow
from plimsoll.data.store.models import new_id

__all__ = ["OneTimeToken", "Purpose", "add", "consume", "forget", "is_good", "revoke"]


class Purpose(StrEnum):
    """What a link is good for."""

    EMAIL_CHANGE = "email-change"
    FIRST_ADMINISTRATOR = "first-administrator"
    INVITATION = "invitation"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - the name of a purpose


@dataclass(frozen=True, slots=True)
class OneTimeToken:
    """A link that was just used.

    Parameters
    ----------
    id
        UUIDv7.
    user_id
        For whom it was; None for nobody yet.
    detail
        What its purpose needs, such as a new address.
    created_by
        Who has made it.
    """

    id: UUID
    user_id: UUID | None
    detail: Mapping[str, Any]
    created_by: str


_COLUMNS = tuple(getattr(OneTimeTokenRow, one.name) for one in fields(OneTimeToken))


async def add(
    session: AsyncSession,
    purpose: Purpose,
    digest: bytes,
    *,
    at: dt.datetime,
    life: dt.timedelta,
    created_by: str,
    user_id: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
) -> UUID:
    """Store the digest of a new token; an older one of the same purpose and person is good for nothing then.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    purpose, digest
        What it is good for, and how it is known.
    at, life
        When it is made, and for how long it is good.
    created_by, user_id, detail
        See :class:`OneTimeToken`.
    """
    await revoke(session, purpose, user_id, at)
    token_id = new_id()
    await session.execute(
        insert(OneTimeTokenRow).values(
            id=token_id,
            purpose=purpose,
            digest=digest,
            created_at=at,
            expires_at=at + life,
            created_by=created_by,
            user_id=user_id,
            detail=dict(detail or {}),
        )
    )
    return token_id


async def consume(
    session: AsyncSession, token_id: UUID, purpose: Purpose, at: dt.datetime
) -> OneTimeToken | None:
    """Use a token up, by one statement, so that of many who try at once one succeeds; None for the others."""
    statement = (
        update(OneTimeTokenRow)
        .where(
            OneTimeTokenRow.id == token_id,
            OneTimeTokenRow.purpose == purpose,
            OneTimeTokenRow.used_at.is_(None),
            OneTimeTokenRow.expires_at > at,
        )
        .values(used_at=at)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else OneTimeToken(**row._asdict())


async def is_good(session: AsyncSession, token_id: UUID, at: dt.datetime) -> bool:
    """Return whether a token could be used now; it stays as it is."""
    query = select(OneTimeTokenRow.id).where(
        OneTimeTokenRow.id == token_id, OneTimeTokenRow.used_at.is_(None), OneTimeTokenRow.expires_at > at
    )
    return (await session.execute(query)).one_or_none() is not None


async def revoke(session: AsyncSession, purpose: Purpose, user_id: UUID | None, at: dt.datetime) -> None:
    """Make the unused tokens of a purpose and person good for nothing."""
    await session.execute(
        update(OneTimeTokenRow)
        .where(
            OneTimeTokenRow.purpose == purpose,
            OneTimeTokenRow.used_at.is_(None),
            OneTimeTokenRow.user_id.is_not_distinct_from(user_id),
        )
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )


async def forget(session: AsyncSession, *, before: dt.datetime) -> int:
    """Delete tokens that have expired before an instant, and return how many."""
    gone = await session.execute(delete(OneTimeTokenRow).where(OneTimeTokenRow.expires_at < before))
    return int(getattr(gone, "rowcount", 0))
