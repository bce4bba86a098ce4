"""Writing down what a request does: by whom, from where, in the transaction in which it is done."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection, Request

from plimsoll.security.audit_actions import AuditAction
from plimsoll.security.permissions import Principal
from plimsoll.services.risk_api.at_once import at_once
from plimsoll.workflows.audit import record

__all__ = ["Audit", "Auditing", "address_of", "auditing"]


def address_of(request: HTTPConnection) -> str:
    """Return where a request comes from; empty where nobody knows, as in the same process."""
    return "" if request.client is None else request.client.host


@dataclass(frozen=True, slots=True)
class Auditing:
    """Writes down what a request does.

    ::

        @router.delete("/{thing_id}")
        async def remove(thing_id: UUID, context: Context, caller: _Writer, audit: Audit) -> Response:
            async with context.database.session(caller.tenant) as session:
                await things.remove(session, thing_id)
                await audit(session, AuditAction.THING_REMOVED, thing_id)

    Parameters
    ----------
    request
        One that has passed its checks.
    """

    request: Request

    async def __call__(
        self, session: AsyncSession, action: AuditAction, subject: UUID | str | None, **detail: Any
    ) -> None:
        """Write it down in the transaction in which it is done.

        Parameters
        ----------
        session, action, subject, detail
            As for :func:`plimsoll.workflows.audit.record`.

        Raises
        ------
        UnavailableError
            If it cannot be written down; then nothing is done.
        """
        actor: Principal = self.request.state.principal
        address = address_of(self.request)
        await record(session, action, actor=actor, subject=subject, detail=detail, address=address)


def auditing(request: Request) -> Auditing:
    """Return what writes down what a request does."""
    return Auditing(request)


Audit = Annotated[Auditing, at_once(auditing)]
