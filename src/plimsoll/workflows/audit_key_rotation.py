"""Another key for the audit: the chain goes on with it, and what the keys before it have sealed counts on."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.errors import ConflictError
from plimsoll.security.audit_chain import AuditKey
from plimsoll.security.permissions import Principal
from plimsoll.security.tokens import new_token
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.audit_sealing import AuditKeeping

__all__ = ["rotate_key"]


async def rotate_key(session: AsyncSession, keeping: AuditKeeping, *, actor: Principal) -> AuditKeeping:
    """Let a new key seal from now on, and return what vouches for the audit then.

    Processes that seal read the keys before each round, so that none has to be started again. The new key
    seals together with the last digest of the one before: whoever has stolen that one changes nothing unseen.

    Parameters
    ----------
    session
        An open transaction of the tenant that runs the installation.
    keeping
        With what the audit is sealed.
    actor
        Who wants it.

    Raises
    ------
    ConflictError
        If the keys of this installation never change.
    UnavailableError
        If the place of the keys cannot be written.
    """
    if keeping.source is None:
        remedy = "Start the platform from a data directory."
        raise ConflictError("the audit key of this installation is not in a file", remedy=remedy)
    known, token = await asyncio.to_thread(keeping.now), new_token("pla")
    chosen = AuditKey(token).key_id
    detail = {"key": chosen, "before": known.key.key_id}
    await record(session, AuditAction.AUDIT_KEY_ROTATED, actor=actor, subject=chosen, detail=detail)
    await asyncio.to_thread(keeping.source.add, token)
    return await asyncio.to_thread(keeping.now)
