"""Whoever is signed in: who they are, their password, their address, their sessions."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from plimsoll.data.store import user_sessions, users
from plimsoll.performance.overload import Priority
from plimsoll.security.permissions import Principal, PrincipalKind
from plimsoll.services.risk_api.context import Callers, Context
from plimsoll.services.risk_api.cookies import origin_of, renew_session
from plimsoll.services.risk_api.effort import effort
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import SignedIn, StepUp
from plimsoll.services.risk_api.responses import CONFLICT
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.services.risk_api.second_steps import second_step
from plimsoll.services.risk_api.user_sessions.messages import shown_session
from plimsoll.wire.sessions import Me, MyChanges, NewEmail, NewPassword, SessionPage, StepUpProof
from plimsoll.workflows import own_account
from plimsoll.workflows.email_changes import ask_email_change, email_change_mail
from plimsoll.workflows.own_account import person_of
from plimsoll.workflows.password_changes import change_password
from plimsoll.workflows.sessions import LIFE_OF_SESSION
from plimsoll.workflows.step_up import step_up

__all__ = [
    "change_me",
    "change_my_email",
    "change_my_password",
    "end_my_other_sessions",
    "end_my_session",
    "get_me",
    "list_my_sessions",
    "router",
    "step_up_my_session",
]

router = ApiRouter("me")

_Caller = Annotated[Principal, SignedIn]


@router.get("")
async def get_me(context: Context, caller: _Caller) -> Me:
    """Read who asks, and what they may do."""
    email = None
    if caller.kind is PrincipalKind.USER:
        async with context.database.session(caller.tenant) as session:
            email = (await users.get(session, person_of(caller))).email
    return Me(
        id=caller.id,
        kind=caller.kind.value,
        name=caller.name,
        email=email,
        permissions=tuple(sorted(caller.permissions)),
        factors=tuple(sorted(caller.factors)),
        authenticated_at=caller.authenticated_at,
        stepped_up=caller.is_stepped_up(context.clock()),
    )


@router.post("/name", status_code=204, response_class=Response)
async def change_me(changes: MyChanges, context: Context, caller: _Caller, callers: Callers) -> Response:
    """Change what one is called."""
    async with context.database.session(caller.tenant) as session:
        await users.change(session, person_of(caller), {"name": changes.name})
    callers.forget()
    return Response(status_code=204)


@router.post("/step-up", status_code=204, response_class=Response)
@effort(priority=Priority.WRITE)
async def step_up_my_session(
    proof: StepUpProof, request: Request, context: Context, caller: _Caller, callers: Callers
) -> Response:
    """Show again who one is, by a factor if there is any; the most sensitive is then allowed for a while."""
    token = await step_up(
        context.database,
        context.passwords,
        second_step(context, request),
        caller,
        kind=proof.kind,
        answer=proof.answer,
        origin=origin_of(request),
        now=context.clock(),
    )
    callers.forget()
    return _renewed(request, token)


@router.post("/password", status_code=204, response_class=Response)
@effort(priority=Priority.WRITE)
async def change_my_password(
    new: NewPassword, request: Request, context: Context, caller: _Caller, callers: Callers
) -> Response:
    """Change the own password; all other sessions end, and this one gets a new cookie."""
    token = await change_password(
        context.database,
        context.passwords,
        caller,
        current=new.current,
        chosen=new.chosen,
        second=second_step(context, request),
        origin=origin_of(request),
        now=context.clock(),
    )
    callers.forget()
    return _renewed(request, token)


@router.post("/email", status_code=204, response_class=Response, responses=CONFLICT, dependencies=[StepUp])
async def change_my_email(new: NewEmail, context: Context, caller: _Caller) -> Response:
    """Ask for another address: it counts when the link that is sent there is opened."""
    change = await ask_email_change(context.database, caller, email=new.email, now=context.clock())
    await context.mailer.send(email_change_mail(change, context.address))
    return Response(status_code=204)


@router.get("/sessions")
async def list_my_sessions(context: Context, caller: _Caller, paging: Paging) -> SessionPage:
    """List the own sessions that go on, oldest first."""
    since = context.clock() - LIFE_OF_SESSION
    async with context.database.session(caller.tenant) as session:
        found = await user_sessions.page(
            session, after=paging.after, limit=paging.probe, since=since, user_id=person_of(caller)
        )
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return SessionPage(items=tuple(shown_session(record, caller) for record in shown), next=following)


@router.post("/sessions/{session_id}/end", status_code=204, response_class=Response)
async def end_my_session(session_id: UUID, context: Context, caller: _Caller, callers: Callers) -> Response:
    """End one of the own sessions."""
    async with context.database.session(caller.tenant) as session:
        await own_account.end_session(session, caller, session_id, context.clock())
    callers.forget()
    return Response(status_code=204)


@router.post("/sessions/end-others", status_code=204, response_class=Response)
async def end_my_other_sessions(
    request: Request, context: Context, caller: _Caller, callers: Callers
) -> Response:
    """End all own sessions but the one that asks, which gets a new cookie."""
    async with context.database.session(caller.tenant) as session:
        token = await own_account.end_other_sessions(session, caller, context.clock())
    callers.forget()
    return _renewed(request, token)


def _renewed(request: Request, token: str) -> Response:
    answer = Response(status_code=204)
    renew_session(request, answer, token)
    return answer
