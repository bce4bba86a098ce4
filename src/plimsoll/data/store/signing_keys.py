"""Signing keys as stored: sealed, and never changed but to be revoked."""

import datetime as dt
from dataclasses import dataclass, field, fields

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.signing_key_rows import SigningKeyRow

__all__ = ["SealedKey", "add", "lock", "newest", "revoke_all"]

_MOST = 8
_ONE_AT_A_TIME = text(
    "SELECT pg_advisory_xact_lock("
    "hashtextextended('plimsoll signing keys ' || current_setting('plimsoll.tenant'), 0))"
)


@dataclass(frozen=True, slots=True)
class SealedKey:
    """A key of the ring.

    Parameters
    ----------
    kid
        Its public name.
    private_key
        Sealed to the place ``signing_keys|private_key|{kid}``.
    created_at, active_from
        As for :class:`plimsoll.security.key_ring.SigningKey`.
    """

    kid: str
    private_key: bytes = field(repr=False)
    created_at: dt.datetime
    active_from: dt.datetime


_COLUMNS = tuple(getattr(SigningKeyRow, column.name) for column in fields(SealedKey))


async def newest(session: AsyncSession) -> list[SealedKey]:
    """Return the last keys that are not revoked, the newest first.

    What those before them have signed has ended long ago.
    """
    query = select(*_COLUMNS).where(SigningKeyRow.revoked_at.is_(None))
    query = query.order_by(SigningKeyRow.active_from.desc(), SigningKeyRow.kid).limit(_MOST)
    return [SealedKey(*row) for row in await session.execute(query)]


async def lock(session: AsyncSession) -> None:
    """Let nobody else change the ring until the transaction ends."""
    await session.execute(_ONE_AT_A_TIME)


async def add(session: AsyncSession, key: SealedKey) -> None:
    """Store a new key."""
    values = {column.name: getattr(key, column.name) for column in fields(SealedKey)}
    await session.execute(insert(SigningKeyRow).values(values))


async def revoke_all(session: AsyncSession, at: dt.datetime) -> int:
    """Revoke all keys, and return how many were not revoked before."""
    statement = update(SigningKeyRow).where(SigningKeyRow.revoked_at.is_(None)).values(revoked_at=at)
    counted = statement.returning(SigningKeyRow.kid).execution_options(synchronize_session=False)
    return len((await session.execute(counted)).all())
