"""Sessions of people: listed and ended by those who look after others."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from plimsoll.data.store import user_sessions
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.context import Callers, Context
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.services.risk_api.user_sessions.messages import shown_session
from plimsoll.wire.sessions import SessionPage
from plimsoll.workflows import own_account
from plimsoll.workflows.sessions import LIFE_OF_SESSION

__all__ = ["end_session", "list_sessions", "router"]

router = ApiRouter("sessions")

_Reader = Annotated[Principal, Require[Permission.SESSIONS_READ]]
_Writer = Annotated[Principal, Require[Permission.SESSIONS_WRITE]]


@router.get("")
async def list_sessions(
    context: Context,
    caller: _Reader,
    paging: Paging,
    user: Annotated[UUID | None, Query(description="Only of this person")] = None,
) -> SessionPage:
    """List the sessions that go on, oldest first."""
    since = context.clock() - LIFE_OF_SESSION
    async with context.database.session(caller.tenant) as session:
        found = await user_sessions.page(
            session, after=paging.after, limit=paging.probe, since=since, user_id=user
        )
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return SessionPage(items=tuple(shown_session(record, caller) for record in shown), next=following)


@router.post("/{session_id}/end", status_code=204, response_class=Response)
async def end_session(session_id: UUID, context: Context, caller: _Writer, callers: Callers) -> Response:
    """End somebody's session; on every instance it counts after five seconds at the latest."""
    async with context.database.session(caller.tenant) as session:
        await own_account.end_session(session, caller, session_id, context.clock(), of_anybody=True)
    callers.forget()
    return Response(status_code=204)
