"""Recoveries: the way back for who has lost every factor; two others have to want it for an administrator."""

import datetime as dt
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import factors, recoveries, users
from plimsoll.data.store.recoveries import RecoveryRecord
from plimsoll.errors import ConflictError, FourEyesError
from plimsoll.security.permissions import Principal
from plimsoll.workflows.audit import AuditAction, record

__all__ = ["LIFE_OF_RECOVERY", "approve_recovery", "ask_for_recovery", "refuse_recovery"]

LIFE_OF_RECOVERY = dt.timedelta(hours=24)
"""How long a recovery waits for the second person."""


async def ask_for_recovery(
    session: AsyncSession, actor: Principal, user_id: UUID, *, reason: str, alone: bool, now: dt.datetime
) -> RecoveryRecord:
    """Ask that the factors of somebody be forgotten.

    Parameters
    ----------
    session, actor
        An open transaction of the tenant, and who asks.
    user_id, reason
        Whose factors, and why.
    alone
        Whether one person is enough: for somebody who decides nothing about others. Then it is done at once.
    now
        The instant.

    Raises
    ------
    FourEyesError
        If they ask for themselves.
    """
    _not_oneself(actor, user_id)
    asked = await recoveries.add(
        session,
        user_id=user_id,
        reason=reason,
        requested_by=actor.id,
        requested_at=now,
        ends_at=now + LIFE_OF_RECOVERY,
    )
    detail = {"reason": reason, "recovery": str(asked.id)}
    await record(session, AuditAction.RECOVERY_ASKED, actor=actor, subject=user_id, detail=detail)
    return await _decided(session, actor, asked, approved=True, now=now) if alone else asked


async def approve_recovery(
    session: AsyncSession, actor: Principal, recovery_id: UUID, *, now: dt.datetime
) -> RecoveryRecord:
    """Agree with a recovery as the second person; the factors are forgotten.

    Raises
    ------
    NotFoundError
        If there is no such recovery.
    FourEyesError
        If they have asked for it, or it is about themselves.
    ConflictError
        If it was decided already or is too old.
    """
    asked = await recoveries.get(session, recovery_id)
    _not_oneself(actor, asked.user_id)
    if asked.requested_by == actor.id:
        remedy = "Let another administrator approve it."
        raise FourEyesError("nobody approves a recovery that they have asked for", remedy=remedy)
    return await _decided(session, actor, asked, approved=True, now=now)


async def refuse_recovery(
    session: AsyncSession, actor: Principal, recovery_id: UUID, *, now: dt.datetime
) -> RecoveryRecord:
    """Refuse a recovery, or take it back; nothing is forgotten.

    Raises
    ------
    NotFoundError
        If there is no such recovery.
    ConflictError
        If it was decided already or is too old.
    """
    asked = await recoveries.get(session, recovery_id)
    return await _decided(session, actor, asked, approved=False, now=now)


async def _decided(
    session: AsyncSession, actor: Principal, asked: RecoveryRecord, *, approved: bool, now: dt.datetime
) -> RecoveryRecord:
    if not await recoveries.decide(session, asked.id, by=actor.id, approved=approved, at=now):
        raise ConflictError("the recovery was decided already or is too old", remedy="Ask for a new one.")
    detail = {"recovery": str(asked.id)}
    action = AuditAction.RECOVERY_APPROVED if approved else AuditAction.RECOVERY_REFUSED
    await record(session, action, actor=actor, subject=asked.user_id, detail=detail)
    if approved:
        await _forget_factors(session, asked.user_id, now)
        await users.end_all_sessions(session, asked.user_id)
        done = AuditAction.RECOVERY_COMPLETED
        await record(session, done, actor=actor, subject=asked.user_id, detail=detail)
    return await recoveries.get(session, asked.id)


async def _forget_factors(session: AsyncSession, user_id: UUID, now: dt.datetime) -> None:
    for one in await factors.of_user(session, user_id, usable=False, lock=True):
        await factors.remove(session, user_id, one.id, at=now)
    await factors.replace_codes(session, user_id, (), at=now)


def _not_oneself(actor: Principal, user_id: UUID) -> None:
    if actor.id == f"user:{user_id}":
        raise FourEyesError("nobody recovers their own account", remedy="Ask two administrators.")
