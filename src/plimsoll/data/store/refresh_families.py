"""Refresh tokens as stored: used once, each by one statement, and ended family by family."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.models import new_id
from plimsoll.data.store.refresh_rows import RefreshFamilyRow, RefreshTokenRow

__all__ = [
    "FamilyRecord",
    "TokenRecord",
    "add_family",
    "add_token",
    "family_of",
    "forget",
    "is_live",
    "revoke_family",
    "revoke_subject",
    "rotate",
    "token",
]


@dataclass(frozen=True, slots=True)
class FamilyRecord:
    """One sign-in by token.

    Parameters
    ----------
    id
        UUIDv7.
    subject
        The id of the principal.
    session_id
        Of a person: the session that must live, too. Of a program: of the family itself.
    authenticated_at, factors
        When and how it was shown who signs in.
    created_at, ends_at
        From when to when at most; ``sliding_seconds`` without use end it earlier.
    revoked_at
        None while it counts.
    """

    id: UUID
    subject: str
    session_id: UUID
    authenticated_at: dt.datetime
    factors: Sequence[str]
    created_at: dt.datetime
    ends_at: dt.datetime
    sliding_seconds: int
    revoked_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """One refresh token.

    Parameters
    ----------
    id, family_id
        Which one, of which family.
    expires_at
        When it ends unused.
    rotated_at
        When it was used; None for not yet.
    successor
        The next one, sealed with this one.
    """

    id: UUID
    family_id: UUID
    expires_at: dt.datetime
    rotated_at: dt.datetime | None
    successor: bytes | None


_FAMILY = tuple(getattr(RefreshFamilyRow, column.name) for column in fields(FamilyRecord))
_TOKEN = tuple(getattr(RefreshTokenRow, column.name) for column in fields(TokenRecord))


async def add_family(session: AsyncSession, family: FamilyRecord) -> None:
    """Store a new family."""
    values = {column.name: getattr(family, column.name) for column in fields(FamilyRecord)}
    await session.execute(insert(RefreshFamilyRow).values({**values, "factors": list(family.factors)}))


async def add_token(
    session: AsyncSession, family_id: UUID, digest: bytes, *, expires_at: dt.datetime, now: dt.datetime
) -> None:
    """Store a new token of a family."""
    values = {"id": new_id(), "family_id": family_id, "digest": digest}
    values |= {"created_at": now, "expires_at": expires_at}
    await session.execute(insert(RefreshTokenRow).values(values))


async def token(session: AsyncSession, token_id: UUID) -> TokenRecord:
    """Return a token that is there."""
    return TokenRecord(*(await session.execute(select(*_TOKEN).where(RefreshTokenRow.id == token_id))).one())


async def family_of(session: AsyncSession, family_id: UUID) -> FamilyRecord:
    """Return a family that is there, locked until the transaction ends: refreshed or ended, not both."""
    query = select(*_FAMILY).where(RefreshFamilyRow.id == family_id).with_for_update()
    return FamilyRecord(*(await session.execute(query)).one())


async def is_live(session: AsyncSession, family_id: UUID, subject: str, now: dt.datetime) -> bool:
    """Return whether a family counts that is a principal's."""
    query = select(RefreshFamilyRow.id).where(
        RefreshFamilyRow.id == family_id,
        RefreshFamilyRow.subject == subject,
        RefreshFamilyRow.revoked_at.is_(None),
        RefreshFamilyRow.ends_at > now,
    )
    return (await session.execute(query)).one_or_none() is not None


async def rotate(session: AsyncSession, token_id: UUID, successor: bytes, now: dt.datetime) -> bool:
    """Use a token; return False if it was used before or has expired.

    Of several who try at the same time, one gets True.
    """
    statement = (
        update(RefreshTokenRow)
        .where(
            RefreshTokenRow.id == token_id,
            RefreshTokenRow.rotated_at.is_(None),
            RefreshTokenRow.expires_at > now,
        )
        .values(rotated_at=now, successor=successor)
        .returning(RefreshTokenRow.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).one_or_none() is not None


async def revoke_family(session: AsyncSession, family_id: UUID, at: dt.datetime, reason: str) -> bool:
    """End a family; return False if it had ended already."""
    statement = (
        update(RefreshFamilyRow)
        .where(RefreshFamilyRow.id == family_id, RefreshFamilyRow.revoked_at.is_(None))
        .values(revoked_at=at, revoked_reason=reason)
        .returning(RefreshFamilyRow.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).one_or_none() is not None


async def forget(session: AsyncSession, *, before: dt.datetime) -> int:
    """Delete families that have ended by themselves before an instant, and return how many."""
    ended = select(RefreshFamilyRow.id).where(RefreshFamilyRow.ends_at < before)
    await session.execute(
        delete(RefreshTokenRow)
        .where(RefreshTokenRow.family_id.in_(ended))
        .execution_options(synchronize_session=False)
    )
    gone = await session.execute(
        delete(RefreshFamilyRow)
        .where(RefreshFamilyRow.ends_at < before)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(gone, "rowcount", 0))


async def revoke_subject(session: AsyncSession, subject: str, at: dt.datetime, reason: str) -> int:
    """End all families of a principal, and return how many."""
    statement = (
        update(RefreshFamilyRow)
        .where(RefreshFamilyRow.subject == subject, RefreshFamilyRow.revoked_at.is_(None))
        .values(revoked_at=at, revoked_reason=reason)
        .returning(RefreshFamilyRow.id)
        .execution_options(synchronize_session=False)
    )
    return len((await session.execute(statement)).all())
