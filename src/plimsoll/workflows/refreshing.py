"""Refresh tokens: each is used once, the next one comes back, and a stolen one ends them all."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import refresh_families
from plimsoll.data.store.database import Database
from plimsoll.data.store.look_ups import look_up
from plimsoll.data.store.models import new_id
from plimsoll.data.store.refresh_families import FamilyRecord, TokenRecord
from plimsoll.security.sealing import Sealer
from plimsoll.security.tokens import TOKEN, derived, digest, new_token
from plimsoll.workflows.audit import AuditAction, record

__all__ = [
    "GRACE",
    "PEOPLE",
    "PROGRAMS",
    "RefreshLife",
    "Refreshed",
    "begin_family",
    "refresh",
    "revoke",
]

GRACE = dt.timedelta(seconds=10)
"""For how long a token that was used gives the same successor again: the answer may have been lost."""

_PREFIX = "plr"


@dataclass(frozen=True, slots=True)
class RefreshLife:
    """How long refresh tokens live.

    Parameters
    ----------
    sliding
        Unused.
    longest
        All that go back to one sign-in together.
    """

    sliding: dt.timedelta
    longest: dt.timedelta


PEOPLE = RefreshLife(dt.timedelta(hours=12), dt.timedelta(hours=12))
PROGRAMS = RefreshLife(dt.timedelta(days=7), dt.timedelta(days=30))

_StillThere = Callable[[AsyncSession, FamilyRecord, dt.datetime], Awaitable[bool]]
"""Says whether the session or the account of a family is still there."""

_Ends = Callable[[AsyncSession, FamilyRecord, dt.datetime], Awaitable[None]]
"""_Ends the session of a family, whose token was stolen."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh token was exchanged for.

    Parameters
    ----------
    tenant
        Whose it is.
    family
        To which it belongs.
    token
        The next one.
    """

    tenant: UUID
    family: FamilyRecord
    token: str = field(repr=False)


async def begin_family(
    session: AsyncSession,
    *,
    subject: str,
    session_id: UUID | None,
    authenticated_at: dt.datetime,
    factors: Sequence[str],
    life: RefreshLife,
    now: dt.datetime,
) -> tuple[FamilyRecord, str]:
    """Begin a family and return its first token.

    Parameters
    ----------
    session
        A transaction of the tenant.
    subject
        The id of the principal.
    session_id
        Their session, with which the family ends; None for a program, which has none.
    authenticated_at, factors
        When and how they have shown who they are.
    life
        `PEOPLE` or `PROGRAMS`.
    now
        The time.
    """
    family_id, token = new_id(), new_token(_PREFIX)
    family = FamilyRecord(
        id=family_id,
        subject=subject,
        session_id=session_id or family_id,
        authenticated_at=authenticated_at,
        factors=sorted(factors),
        created_at=now,
        ends_at=now + life.longest,
        sliding_seconds=int(life.sliding.total_seconds()),
        revoked_at=None,
    )
    await refresh_families.add_family(session, family)
    await _add(session, family, token, now)
    return family, token


async def refresh(
    database: Database,
    token: str,
    now: dt.datetime,
    *,
    still_there: _StillThere,
    end: _Ends,
    address: str = "",
) -> Refreshed | None:
    """Exchange a refresh token for the next one; None if it does not count.

    Of several exchanges of one token at the same time all get the same successor. Once `GRACE` is over, a
    token that was used is a stolen one, or the one that follows it is: the family ends, and so does its
    session.

    Parameters
    ----------
    database
        Where tokens are.
    token
        What was sent.
    now
        The time.
    still_there, end
        What the family hangs on.
    address
        Where the request came from, for the audit.
    """
    found = await look_up(database, "refresh_tokens", digest(token)) if TOKEN.fullmatch(token) else None
    if found is None:
        return None
    async with database.session(found.tenant) as session:
        family_id = (await refresh_families.token(session, found.id)).family_id
        family = await refresh_families.family_of(session, family_id)
        if family.revoked_at is not None or family.ends_at <= now:
            return None
        if not await still_there(session, family, now):
            await refresh_families.revoke_family(session, family.id, now, "ended")
            return None
        # Read after the family was locked: nobody else uses it any more.
        known = await refresh_families.token(session, found.id)
        if known.rotated_at is not None and now - known.rotated_at > GRACE:
            await _stolen(session, family, now, end, address)
            return None
        following = await _successor(session, family, known, token, now)
        return None if following is None else Refreshed(found.tenant, family, following)


async def revoke(database: Database, token: str, now: dt.datetime, *, end: _Ends) -> None:
    """End the family of a refresh token, used or not; one that is unknown has ended already."""
    found = await look_up(database, "refresh_tokens", digest(token)) if TOKEN.fullmatch(token) else None
    if found is None:
        return
    async with database.session(found.tenant) as session:
        family_id = (await refresh_families.token(session, found.id)).family_id
        family = await refresh_families.family_of(session, family_id)
        if await refresh_families.revoke_family(session, family.id, now, "signed out"):
            await end(session, family, now)
            detail = {"subject": family.subject}
            await record(session, AuditAction.REFRESH_REVOKED, actor=None, subject=family.id, detail=detail)


async def _successor(
    session: AsyncSession, family: FamilyRecord, known: TokenRecord, token: str, now: dt.datetime
) -> str | None:
    # Only whoever holds a token can open its successor: the database alone gives away neither.
    sealer, place = Sealer(derived(token, "successor")), f"refresh_tokens|successor|{known.id}"
    if known.successor is not None:
        return sealer.open(known.successor, place)
    following = new_token(_PREFIX)
    if not await refresh_families.rotate(session, known.id, sealer.seal(following, place), now):
        return None
    await _add(session, family, following, now)
    return following


async def _add(session: AsyncSession, family: FamilyRecord, token: str, now: dt.datetime) -> None:
    expires = min(family.ends_at, now + dt.timedelta(seconds=family.sliding_seconds))
    await refresh_families.add_token(session, family.id, digest(token), expires_at=expires, now=now)


async def _stolen(
    session: AsyncSession, family: FamilyRecord, now: dt.datetime, end: _Ends, address: str
) -> None:
    await refresh_families.revoke_family(session, family.id, now, "reused")
    await end(session, family, now)
    detail = {"subject": family.subject, "session": str(family.session_id)}
    await record(
        session,
        AuditAction.REFRESH_REUSED,
        actor=None,
        subject=family.id,
        detail=detail,
        address=address,
    )
