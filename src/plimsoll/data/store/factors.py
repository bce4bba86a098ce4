"""Factors as stored, and their codes: every use of them is one statement that happens once."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Update, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.factor_rows import FactorRow, RecoveryCodeRow
from plimsoll.data.store.models import new_id
from plimsoll.errors import NotFoundError

__all__ = [
    "FactorKind",
    "FactorRecord",
    "add",
    "advance",
    "codes_left",
    "confirm",
    "get",
    "of_user",
    "remove",
    "replace_codes",
    "suspend",
    "use_code",
    "with_credential",
]


class FactorKind(StrEnum):
    """What a user shows beside the password; the strongest first."""

    PASSKEY = "passkey"
    TOTP = "totp"
    SMS = "sms"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class FactorRecord:
    """A factor.

    Parameters
    ----------
    id, user_id
        Which, and whose.
    kind
        Never RECOVERY: codes are no rows of this table.
    name
        For its user.
    secret
        Sealed: of an authenticator app, or the number of a telephone; None for a passkey.
    credential_id, public_key
        Of a passkey.
    counter
        Of an authenticator app the last step that was used; of a passkey how often it has signed.
    created_at, confirmed_at, used_at
        When it was begun, shown to work, and last used; it counts once it is confirmed.
    suspended_at
        When it was found to be copied; None otherwise.
    """

    id: UUID
    user_id: UUID
    kind: FactorKind
    name: str
    secret: bytes | None
    credential_id: bytes | None
    public_key: bytes | None
    counter: int
    created_at: dt.datetime
    confirmed_at: dt.datetime | None
    used_at: dt.datetime | None
    suspended_at: dt.datetime | None


_COLUMNS = tuple(getattr(FactorRow, field.name) for field in fields(FactorRecord))


async def add(session: AsyncSession, factor_id: UUID, **values: Any) -> FactorRecord:
    """Store a factor under an id that was made for it, because its secret is sealed to the id.

    Parameters
    ----------
    session, factor_id
        Where, and which.
    **values
        By field of :class:`FactorRecord`.
    """
    made = await session.execute(insert(FactorRow).values(id=factor_id, **values).returning(*_COLUMNS))
    return _record(made.one())


async def get(session: AsyncSession, user_id: UUID, factor_id: UUID) -> FactorRecord:
    """Return a factor of a user, confirmed or not.

    Raises
    ------
    NotFoundError
        If they have none of that id.
    """
    query = select(*_COLUMNS).where(
        FactorRow.id == factor_id, FactorRow.user_id == user_id, FactorRow.removed_at.is_(None)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFoundError("there is no such factor")
    return _record(row)


async def of_user(
    session: AsyncSession,
    user_id: UUID,
    *,
    kind: FactorKind | None = None,
    usable: bool = True,
    lock: bool = False,
) -> list[FactorRecord]:
    """Return the factors of a user, oldest first.

    Parameters
    ----------
    session, user_id
        Where, and whose.
    kind
        Only this one; None for all.
    usable
        Whether those that are not confirmed, or suspended, are left out.
    lock
        Whether nobody else changes them until the transaction ends.
    """
    query = select(*_COLUMNS).where(FactorRow.user_id == user_id, FactorRow.removed_at.is_(None))
    if kind is not None:
        query = query.where(FactorRow.kind == kind)
    if usable:
        query = query.where(FactorRow.confirmed_at.is_not(None), FactorRow.suspended_at.is_(None))
    query = query.order_by(FactorRow.id)
    return [_record(row) for row in await session.execute(query.with_for_update() if lock else query)]


async def with_credential(session: AsyncSession, user_id: UUID, credential_id: bytes) -> FactorRecord | None:
    """Return the passkey of a user by the id that their device has for it; None if they have none such."""
    query = select(*_COLUMNS).where(
        FactorRow.user_id == user_id,
        FactorRow.credential_id == credential_id,
        FactorRow.removed_at.is_(None),
        FactorRow.suspended_at.is_(None),
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _record(row)


async def confirm(session: AsyncSession, factor_id: UUID, *, counter: int, at: dt.datetime) -> bool:
    """Take a factor into use, once; return whether this call has done so."""
    changed = _unless_removed(factor_id).where(FactorRow.confirmed_at.is_(None), FactorRow.counter < counter)
    return await _happened(session, changed.values(confirmed_at=at, used_at=at, counter=counter))


async def advance(
    session: AsyncSession, factor_id: UUID, *, counter: int, at: dt.datetime, counts: bool = True
) -> bool:
    """Note a use of a factor; return whether nobody has been there before.

    Parameters
    ----------
    session, factor_id
        Where, and which.
    counter
        Greater than all before; of two that race with the same one, one succeeds.
    at
        Now.
    counts
        False for a passkey that does not count, and then has never counted.
    """
    changed = _unless_removed(factor_id).where(
        FactorRow.confirmed_at.is_not(None),
        FactorRow.suspended_at.is_(None),
        FactorRow.counter < counter if counts else FactorRow.counter == 0,
    )
    return await _happened(session, changed.values(counter=counter, used_at=at))


async def suspend(session: AsyncSession, factor_id: UUID, *, at: dt.datetime) -> bool:
    """Take a factor out of use because there seems to be a copy of it."""
    changed = _unless_removed(factor_id).where(FactorRow.suspended_at.is_(None))
    return await _happened(session, changed.values(suspended_at=at))


async def remove(session: AsyncSession, user_id: UUID, factor_id: UUID, *, at: dt.datetime) -> None:
    """Forget a factor and its secret.

    Raises
    ------
    NotFoundError
        If the user has none of that id.
    """
    changed = _unless_removed(factor_id).where(FactorRow.user_id == user_id)
    if not await _happened(session, changed.values(removed_at=at, secret=None)):
        raise NotFoundError("there is no such factor")


async def replace_codes(
    session: AsyncSession, user_id: UUID, digests: Sequence[bytes], *, at: dt.datetime
) -> None:
    """Store the digests of a new set of recovery codes; those of older sets count no more."""
    await session.execute(_live_codes(user_id).values(replaced_at=at))
    rows = [{"id": new_id(), "user_id": user_id, "digest": digest, "created_at": at} for digest in digests]
    if rows:
        await session.execute(insert(RecoveryCodeRow), rows)


async def use_code(session: AsyncSession, user_id: UUID, digest: bytes, *, at: dt.datetime) -> bool:
    """Use a recovery code; return whether there was one that nobody had used."""
    changed = _live_codes(user_id).where(RecoveryCodeRow.digest == digest).values(used_at=at)
    return (await session.execute(changed.returning(RecoveryCodeRow.id))).one_or_none() is not None


async def codes_left(session: AsyncSession, user_id: UUID) -> int:
    """Return how many recovery codes a user can still use."""
    query = select(func.count()).where(
        RecoveryCodeRow.user_id == user_id,
        RecoveryCodeRow.used_at.is_(None),
        RecoveryCodeRow.replaced_at.is_(None),
    )
    return (await session.execute(query)).scalar_one()


def _live_codes(user_id: UUID) -> Update:
    return (
        update(RecoveryCodeRow)
        .where(
            RecoveryCodeRow.user_id == user_id,
            RecoveryCodeRow.used_at.is_(None),
            RecoveryCodeRow.replaced_at.is_(None),
        )
        .execution_options(synchronize_session=False)
    )


def _unless_removed(factor_id: UUID) -> Update:
    return (
        update(FactorRow)
        .where(FactorRow.id == factor_id, FactorRow.removed_at.is_(None))
        .execution_options(synchronize_session=False)
    )


async def _happened(session: AsyncSession, changed: Update) -> bool:
    return (await session.execute(changed.returning(FactorRow.id))).one_or_none() is not None


def _record(row: Any) -> FactorRecord:
    return FactorRecord(**{**row._asdict(), "kind": FactorKind(row.kind)})
