"""Answers kept under the key of their request, so that a repeated request is not carried out twice."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.models import IdempotencyKeyRow, table_of
from plimsoll.errors import ConflictError, NotFoundError

__all__ = ["StoredResponse", "claim", "complete", "forget"]

# Built once, as each creation sends them and building them takes as long as asking.
_TABLE = table_of(IdempotencyKeyRow)
_ITS_KEY = (_TABLE.c.principal == bindparam("of"), _TABLE.c.key == bindparam("named"))
_CLAIM = insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.key)
_ANSWERED = (
    select(_TABLE.c.fingerprint, _TABLE.c.status, _TABLE.c.headers, _TABLE.c.body)
    .where(*_ITS_KEY)
    .with_for_update()
)
_COMPLETE = update(_TABLE).where(*_ITS_KEY).returning(_TABLE.c.key)


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """What was answered the first time.

    Parameters
    ----------
    status
        HTTP status.
    headers
        Those worth repeating.
    body
        Byte for byte.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


async def claim(session: AsyncSession, principal: str, key: str, fingerprint: str) -> StoredResponse | None:
    """Take a key for the rest of the transaction, or return what was answered under it.

    Somebody else who holds the key at the moment is waited for: when their transaction commits, its answer
    is returned; when it rolls back, the key is the caller's. So claim, work and :func:`complete` belong in
    one transaction.

    Parameters
    ----------
    session
        Where.
    principal, key
        Who asks, and the key that they chose.
    fingerprint
        Hash of the request.

    Returns
    -------
    StoredResponse or None
        None: the key is the caller's.

    Raises
    ------
    ConflictError
        If the key was used for another request.
    """
    values = {"principal": principal, "key": key, "fingerprint": fingerprint}
    if (await session.execute(_CLAIM, values)).one_or_none() is not None:
        return None
    row = (await session.execute(_ANSWERED, {"of": principal, "named": key})).one()
    if row.fingerprint != fingerprint:
        remedy = "Use a new key for a new request."
        raise ConflictError("the Idempotency-Key was used for another request", remedy=remedy)
    if row.status is None:
        return None
    return StoredResponse(row.status, dict(row.headers or {}), bytes(row.body or b""))


async def complete(
    session: AsyncSession, principal: str, key: str, *, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    """Keep the answer under a key that this transaction has claimed.

    Raises
    ------
    NotFoundError
        If the key was not claimed.
    """
    values = {"of": principal, "named": key, "status": status, "headers": dict(headers), "body": body}
    if (await session.execute(_COMPLETE, values)).one_or_none() is None:
        raise NotFoundError("the Idempotency-Key was not claimed")


async def forget(session: AsyncSession, before: dt.datetime) -> int:
    """Drop the tenant's keys that were claimed before an instant, and return how many."""
    statement = delete(IdempotencyKeyRow).where(IdempotencyKeyRow.created_at < before)
    dropped = await session.execute(
        statement.returning(IdempotencyKeyRow.key).execution_options(synchronize_session=False)
    )
    return len(dropped.all())
