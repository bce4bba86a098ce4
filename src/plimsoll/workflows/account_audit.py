"""What the audit says about accounts: who did it, and one event for each thing that was done."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.data.store.users import UserRecord
from plimsoll.security.permissions import Principal, PrincipalKind
from plimsoll.workflows.audit import AuditAction, record

__all__ = ["actor_of", "note_attempt", "note_done"]

_NOBODY = "unknown"


def actor_of(user: UserRecord, tenant: UUID, session: UUID | None = None) -> Principal:
    """Return a person as the one who does something, without any right.

    Parameters
    ----------
    user, tenant, session
        Who, where, and in which session if there is one.
    """
    name = f"user:{user.id}"
    return Principal(name, tenant, user.name, frozenset(), PrincipalKind.USER, session)


async def note_done(
    session: AsyncSession,
    action: AuditAction,
    user: UserRecord,
    tenant: UUID,
    *,
    address: str = "",
    detail: Mapping[str, Any] | None = None,
    at_session: UUID | None = None,
) -> None:
    """Write down what somebody did about their own account, in the transaction in which they do it.

    Parameters
    ----------
    session, action
        An open transaction of the tenant, and what was done.
    user, tenant
        Who did it, and where.
    address, detail, at_session
        From where, what else there is to say, and in which session.
    """
    actor = actor_of(user, tenant, at_session)
    await record(session, action, actor=actor, subject=user.id, detail=detail or {}, address=address)


async def note_attempt(
    database: Database, tenant: UUID | None, action: AuditAction, user_id: UUID | None, address: str
) -> None:
    """Write down what somebody tried in vain, who has not shown who they are.

    What they typed is not written down: people type passwords where their address belongs.

    Parameters
    ----------
    database, tenant
        Where; None for a tenant that does not exist.
    action, user_id, address
        What was tried, as whom (None for nobody that there is), and from where.
    """
    async with database.session(tenant or LOCAL_TENANT) as session:
        subject = _NOBODY if user_id is None else user_id
        await record(session, action, actor=None, subject=subject, address=address)
