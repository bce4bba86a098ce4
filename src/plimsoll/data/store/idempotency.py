"""Answers kept under the key of their request, so that a repeated request is not carried out twice."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.models import IdempotencyKeyRow
from plimsoll.errors import ConflictError, NotFoundError

__all__ = ["StoredResponse", "claim", "complete", "forget"]


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
    made = insert(IdempotencyKeyRow).values(values).on_conflict_do_nothing().returning(IdempotencyKeyRow.key)
    if (await session.execute(made)).one_or_none() is not None:
        return None
    query = select(
        IdempotencyKeyRow.fingerprint,
        IdempotencyKeyRow.status,
        IdempotencyKeyRow.headers,
        IdempotencyKeyRow.body,
    ).where(IdempotencyKeyRow.principal == principal, IdempotencyKeyRow.key == key)
    row = (await session.execute(query.with_for_update())).one()
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
    statement = (
        update(IdempotencyKeyRow)
        .where(IdempotencyKeyRow.principal == principal, IdempotencyKeyRow.key == key)
        .values(status=status, headers=dict(headers), body=body)
        .returning(IdempotencyKeyRow.key)
        .execution_options(synchronize_session=False)
    )
    if (await session.execute(statement)).one_or_none() is None:
        raise NotFoundError("the Idempotency-Key was not claimed")


async def forget(session: AsyncSession, before: dt.datetime) -> int:
    """Drop the tenant's keys that were claimed before an instant, and return how many."""
    statement = delete(IdempotencyKeyRow).where(IdempotencyKeyRow.created_at < before)
    dropped = await session.execute(
        statement.returning(IdempotencyKeyRow.key).execution_options(synchronize_session=False)
    )
    return len(dropped.all())
