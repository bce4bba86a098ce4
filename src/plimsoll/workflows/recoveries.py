"""Recoveries: the way back for who has lost every factor; two others have to want it for an administrator.

It ends with a link by which they choose a password anew; all that opened the account before is over.
"""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import devices, factors, one_time_tokens, recoveries, refresh_families, users
from plimsoll.data.store.one_time_tokens import Purpose
from plimsoll.data.store.recoveries import RecoveryRecord
from plimsoll.errors import ConflictError, FourEyesError
from plimsoll.security.permissions import Principal
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.mail import Mail
from plimsoll.workflows.people import INVITATION_LIFE, Invitation, new_link

__all__ = [
    "LIFE_OF_RECOVERY",
    "Recovered",
    "approve_recovery",
    "ask_for_recovery",
    "recovery_mail",
    "refuse_recovery",
]

LIFE_OF_RECOVERY = dt.timedelta(hours=24)
"""How long a recovery waits for the second person."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """A recovery as it is now.

    Parameters
    ----------
    record
        Who is to be brought back, by whom.
    link
        By which they choose a password; None while a second person has to agree.
    """

    record: RecoveryRecord
    link: Invitation | None = None


async def ask_for_recovery(
    session: AsyncSession, actor: Principal, user_id: UUID, *, reason: str, alone: bool, now: dt.datetime
) -> Recovered:
    """Ask that password and factors of somebody be forgotten.

    Parameters
    ----------
    session, actor
        An open transaction of the tenant, and who asks.
    user_id, reason
        Whose, and why.
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
    return await _decided(session, actor, asked, approved=True, now=now) if alone else Recovered(asked)


async def approve_recovery(
    session: AsyncSession, actor: Principal, recovery_id: UUID, *, now: dt.datetime
) -> Recovered:
    """Agree with a recovery as the second person: what opened the account is over, and there is a link.

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
    return (await _decided(session, actor, asked, approved=False, now=now)).record


async def _decided(
    session: AsyncSession, actor: Principal, asked: RecoveryRecord, *, approved: bool, now: dt.datetime
) -> Recovered:
    if not await recoveries.decide(session, asked.id, by=actor.id, approved=approved, at=now):
        raise ConflictError("the recovery was decided already or is too old", remedy="Ask for a new one.")
    detail = {"recovery": str(asked.id)}
    action = AuditAction.RECOVERY_APPROVED if approved else AuditAction.RECOVERY_REFUSED
    await record(session, action, actor=actor, subject=asked.user_id, detail=detail)
    if not approved:
        return Recovered(await recoveries.get(session, asked.id))
    user = await users.get(session, asked.user_id, lock=True)
    if not user.enabled:
        raise ConflictError("this person may not sign in", remedy="Let them in again first.")
    await _forget(session, user.id, now)
    link = await new_link(session, actor, user, now, agreed=True)
    await record(session, AuditAction.RECOVERY_COMPLETED, actor=actor, subject=user.id, detail=detail)
    return Recovered(await recoveries.get(session, asked.id), link)


async def _forget(session: AsyncSession, user_id: UUID, now: dt.datetime) -> None:
    """Let nothing open an account that has opened it so far: without factors its password must not either."""
    await users.change(session, user_id, {"password": None})
    await users.end_all_sessions(session, user_id)
    await refresh_families.revoke_subject(session, f"user:{user_id}", now, "recovery")
    await one_time_tokens.revoke(session, Purpose.PASSWORD_RESET, user_id, now)
    await devices.forget_all(session, user_id)
    for one in await factors.of_user(session, user_id, usable=False, lock=True):
        await factors.remove(session, user_id, one.id, at=now)
    await factors.replace_codes(session, user_id, (), at=now)


def recovery_mail(link: Invitation, url: str) -> Mail:
    """Return what is written to somebody whose account was recovered.

    Parameters
    ----------
    link, url
        What they may use, and where.
    """
    text = (
        "Your Plimsoll account was recovered: its password, factors and sessions are gone. Open this within "
        f"{INVITATION_LIFE.days} days to choose a password, then add a second factor:\n\n{url}\n\n"
        "If you did not ask for it, tell an administrator at once.\n"
    )
    return Mail(link.user.email, "Your Plimsoll account was recovered", text)


def _not_oneself(actor: Principal, user_id: UUID) -> None:
    if actor.id == f"user:{user_id}":
        raise FourEyesError("nobody recovers their own account", remedy="Ask two administrators.")
