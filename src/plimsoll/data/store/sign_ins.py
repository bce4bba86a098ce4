"""Sign-ins that wait for a second factor: five minutes, five tries."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.account_rows import SignInRow
from plimsoll.data.store.models import new_id

__all__ = ["MOST_TRIES", "PENDING_LIFE", "SignInRecord", "add", "end", "forget", "open_one", "take_try"]

PENDING_LIFE = dt.timedelta(minutes=5)
MOST_TRIES = 5


@dataclass(frozen=True, slots=True)
class SignInRecord:
    """Somebody whose password was right.

    Parameters
    ----------
    id
        UUIDv7.
    user_id
        Who.
    epoch
        Of the user when the password was right.
    factors
        What they have shown.
    tries
        Answers given to the second factor, this one included.
    """

    id: UUID
    user_id: UUID
    epoch: int
    factors: Sequence[str]
    tries: int


_COLUMNS = tuple(getattr(SignInRow, one.name) for one in fields(SignInRecord))


async def add(
    session: AsyncSession,
    *,
    user_id: UUID,
    epoch: int,
    digest: bytes,
    factors: Sequence[str],
    at: dt.datetime,
) -> UUID:
    """Store a sign-in that waits, and return its id."""
    sign_in = new_id()
    await session.execute(
        insert(SignInRow).values(
            id=sign_in,
            user_id=user_id,
            epoch=epoch,
            digest=digest,
            factors=list(factors),
            created_at=at,
            expires_at=at + PENDING_LIFE,
        )
    )
    return sign_in


async def open_one(session: AsyncSession, sign_in: UUID, at: dt.datetime) -> SignInRecord | None:
    """Return a sign-in that still waits and has tries left; None for any other one."""
    query = (
        select(*_COLUMNS)
        .where(SignInRow.id == sign_in, SignInRow.ended_at.is_(None))
        .where(SignInRow.expires_at > at, SignInRow.tries < MOST_TRIES)
    )
    return _record((await session.execute(query)).one_or_none())


async def take_try(session: AsyncSession, sign_in: UUID, at: dt.datetime) -> SignInRecord | None:
    """Count one try before it is looked at, by one statement; None if none is left, or it is too late."""
    statement = (
        update(SignInRow)
        .where(SignInRow.id == sign_in, SignInRow.ended_at.is_(None))
        .where(SignInRow.expires_at > at, SignInRow.tries < MOST_TRIES)
        .values(tries=SignInRow.tries + 1)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    return _record((await session.execute(statement)).one_or_none())


async def end(session: AsyncSession, sign_in: UUID, at: dt.datetime) -> SignInRecord | None:
    """Use a sign-in up, by one statement; None if another has done so."""
    statement = (
        update(SignInRow)
        .where(SignInRow.id == sign_in, SignInRow.ended_at.is_(None))
        .values(ended_at=at)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    return _record((await session.execute(statement)).one_or_none())


async def forget(session: AsyncSession, *, before: dt.datetime) -> int:
    """Delete sign-ins that have expired before an instant, and return how many."""
    gone = await session.execute(delete(SignInRow).where(SignInRow.expires_at < before))
    return int(getattr(gone, "rowcount", 0))


def _record(row: Any) -> SignInRecord | None:
    return None if row is None else SignInRecord(**row._asdict())
