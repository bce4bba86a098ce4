"""What people do about their own account: their sessions, ended one by one or all at once."""

import datetime as dt
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import user_sessions, users
from plimsoll.errors import PermissionDeniedError
from plimsoll.security.permissions import Principal
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.sessions import renew, user_id_of

__all__ = ["end_other_sessions", "end_session", "person_of"]


def person_of(caller: Principal) -> UUID:
    """Return the id of a person with an account.

    Raises
    ------
    PermissionDeniedError
        If it is somebody else: a program, or the user of this machine.
    """
    found = user_id_of(caller.id)
    if found is None:
        raise PermissionDeniedError("only people have this", remedy="Sign in with an account.")
    return found


async def end_session(
    session: AsyncSession, caller: Principal, session_id: UUID, now: dt.datetime, *, of_anybody: bool = False
) -> None:
    """End a session.

    Parameters
    ----------
    session, caller, session_id, now
        An open transaction of the tenant, who asks for it, which, and when.
    of_anybody
        Whether it may be another's.

    Raises
    ------
    NotFoundError
        If there is no such session, or it is another's.
    """
    whose = None if of_anybody else person_of(caller)
    ended = await user_sessions.end(session, session_id, now, user_id=whose)
    await record(
        session, AuditAction.SESSION_REVOKED, actor=caller, subject=ended, detail={"session": session_id}
    )


async def end_other_sessions(session: AsyncSession, caller: Principal, now: dt.datetime) -> str:
    """End all own sessions but this one, and return its new token; empty where the caller has none.

    Raises
    ------
    PermissionDeniedError
        If the caller is no person.
    """
    user_id = person_of(caller)
    await record(session, AuditAction.SESSIONS_REVOKED, actor=caller, subject=user_id)
    epoch = await users.end_all_sessions(session, user_id)
    return await renew(session, caller, now, epoch=epoch, steps_up=False) if caller.session else ""
