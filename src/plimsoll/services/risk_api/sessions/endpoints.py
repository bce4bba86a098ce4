"""Signing a browser in, by a password or a one-time link, and out again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import structlog
from fastapi import Query, Request
from starlette.background import BackgroundTask
from starlette.responses import Response

from plimsoll.errors import PlimsollError, SignInError
from plimsoll.performance.overload import Priority
from plimsoll.security.throttle import Tried
from plimsoll.services.risk_api.answers import answer
from plimsoll.services.risk_api.authentication import cookie_name, refuse_other_sites
from plimsoll.services.risk_api.context import Callers, Context
from plimsoll.services.risk_api.cookies import drop_session, keep_device, keep_session, origin_of
from plimsoll.services.risk_api.effort import effort
from plimsoll.services.risk_api.guesses import guesses_of
from plimsoll.services.risk_api.problems import ProblemError
from plimsoll.services.risk_api.requirements import Public
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.services.risk_api.second_steps import second_step
from plimsoll.services.risk_api.sessions.messages import (
    Acceptance,
    Challenge,
    FactorAnswer,
    FirstAdministrator,
    Forgotten,
    Link,
    NewPasswordByLink,
    OpenedLink,
    PasswordClaim,
)
from plimsoll.services.risk_api.static_files import page_file, static_file
from plimsoll.workflows import email_changes, password_changes, people
from plimsoll.workflows import sign_in as signing_in
from plimsoll.workflows.first_administrator import make_first_administrator
from plimsoll.workflows.links import tenant_of_link
from plimsoll.workflows.pending_sign_in import Pending, complete_sign_in
from plimsoll.workflows.sessions import Origin, SignedIn
from plimsoll.workflows.sessions import sign_out as end_session
from plimsoll.workflows.sign_in import Claim

__all__ = [
    "accept_invitation",
    "confirm_email",
    "create_first_administrator",
    "forget_password",
    "open_link",
    "reset_password",
    "router",
    "sign_in",
    "sign_in_page",
    "sign_in_script",
    "sign_out",
    "try_factor",
    "try_password",
]

router = ApiRouter("sessions", prefix="")

_log = structlog.get_logger("plimsoll.accounts")


@router.get("/sign-in", dependencies=[Public], include_in_schema=False)
async def sign_in_page(
    tenant: Annotated[str, Query(max_length=200)] = "",  # noqa: ARG001 - the script of the page reads it
) -> Response:
    """Show the page that takes the token out of the link, or asks for a password."""
    return page_file(__package__, "sign_in.html")


@router.get("/sign-in.js", dependencies=[Public], include_in_schema=False)
async def sign_in_script() -> Response:
    """Send the script of that page."""
    return static_file(__package__, "sign_in.js", "text/javascript")


@router.post("/sign-in", dependencies=[Public], include_in_schema=False)
async def sign_in(link: Link, request: Request, context: Context) -> Response:
    """Turn a link, once, into a session of this browser for the user of the machine."""
    refuse_other_sites(request)
    session = context.sign_in.redeem(link.token)
    if session is None:
        raise ProblemError(
            401,
            "unauthenticated",
            "The link was used already or is too old.",
            remedy="Start plimsoll up anew: it prints a new one.",
        )
    signed_in = Response(status_code=204)
    keep_session(request, signed_in, session)
    return signed_in


@router.post("/sign-in/password", dependencies=[Public], include_in_schema=False)
@effort(priority=Priority.WRITE)
async def try_password(claim: PasswordClaim, request: Request, context: Context) -> Response:
    """Turn e-mail address and password into a session of this browser, or into a challenge."""
    refuse_other_sites(request)
    said = Claim(claim.email, claim.password, claim.tenant)
    made = await signing_in.sign_in(
        context.database,
        context.passwords,
        second_step(context, request),
        said,
        origin_of(request),
        context.clock(),
    )
    if isinstance(made, Pending):
        return answer(Challenge(challenge=made.token, kinds=tuple(made.kinds)))
    return _signed_in(request, made)


@router.post("/sign-in/factor", dependencies=[Public], include_in_schema=False)
@effort(priority=Priority.WRITE)
async def try_factor(said: FactorAnswer, request: Request, context: Context) -> Response:
    """Turn an answer to a second factor into a session of this browser."""
    refuse_other_sites(request)
    made = await complete_sign_in(
        context.database,
        second_step(context, request),
        said.challenge,
        kind=said.kind,
        answer=said.answer,
        origin=origin_of(request),
        now=context.clock(),
    )
    return _signed_in(request, made)


@router.post("/sign-in/link", dependencies=[Public], include_in_schema=False)
async def open_link(link: Link, request: Request, context: Context) -> OpenedLink:
    """Say whether a link is good, and to which tenant it leads, before a form is filled in for it."""
    refuse_other_sites(request)
    async with _guessed(request):
        return OpenedLink(tenant=await tenant_of_link(context.database, link.token, context.clock()))


@router.post("/sign-in/first-administrator", dependencies=[Public], include_in_schema=False)
@effort(priority=Priority.WRITE)
async def create_first_administrator(new: FirstAdministrator, request: Request, context: Context) -> Response:
    """Turn the link of the first start, once, into the first administrator and a session of this browser."""
    refuse_other_sites(request)
    async with _guessed(request):
        made = await make_first_administrator(
            context.database,
            context.passwords,
            new.token,
            name=new.name,
            email=new.email,
            password=new.password,
            origin=origin_of(request),
            now=context.clock(),
        )
    return _signed_in(request, made)


@router.post("/sign-in/invitation", dependencies=[Public], include_in_schema=False)
@effort(priority=Priority.WRITE)
async def accept_invitation(new: Acceptance, request: Request, context: Context) -> Response:
    """Turn an invitation, once, into a password and a session of this browser."""
    refuse_other_sites(request)
    async with _guessed(request):
        made = await people.accept_invitation(
            context.database,
            context.passwords,
            new.token,
            name=new.name,
            password=new.password,
            origin=origin_of(request),
            now=context.clock(),
        )
    return _signed_in(request, made)


@router.post("/sign-in/forgotten", dependencies=[Public], include_in_schema=False)
@effort(priority=Priority.WRITE)
async def forget_password(forgotten: Forgotten, request: Request, context: Context) -> Response:
    """Send a link by which a password is set anew, if there is such a person; the answer does not say."""
    refuse_other_sites(request)
    task = BackgroundTask(_send_reset, forgotten, origin_of(request), context)
    return Response(status_code=202, background=task)


@router.post("/sign-in/reset", dependencies=[Public], include_in_schema=False)
@effort(priority=Priority.WRITE)
async def reset_password(
    new: NewPasswordByLink, request: Request, context: Context, callers: Callers
) -> Response:
    """Set a password anew by the link that was sent, once; all sessions end, and nobody is signed in."""
    refuse_other_sites(request)
    async with _guessed(request):
        await password_changes.reset_password(
            context.database,
            context.passwords,
            new.token,
            chosen=new.password,
            second=second_step(context, request),
            now=context.clock(),
        )
    callers.forget()
    return Response(status_code=204)


@router.post("/sign-in/email", dependencies=[Public], include_in_schema=False)
@effort(priority=Priority.WRITE)
async def confirm_email(link: Link, request: Request, context: Context) -> Response:
    """Confirm a new address by the link that was sent there, once."""
    refuse_other_sites(request)
    async with _guessed(request):
        await email_changes.confirm_email(context.database, link.token, context.clock())
    return Response(status_code=204)


async def _send_reset(forgotten: Forgotten, origin: Origin, context: Context) -> None:
    """Send the link after the answer has gone: how long it takes tells nobody who has an account."""
    try:
        reset = await password_changes.ask_reset(
            context.database,
            email=forgotten.email,
            tenant=forgotten.tenant,
            origin=origin,
            now=context.clock(),
        )
        if reset is not None:
            await context.mailer.send(password_changes.reset_mail(reset, context.address))
    except PlimsollError as error:
        _log.warning("no link is sent", error=type(error).__name__)


@router.post("/sign-out", dependencies=[Public], include_in_schema=False)
async def sign_out(request: Request, context: Context, callers: Callers) -> Response:
    """End the session of this browser."""
    refuse_other_sites(request)
    token = request.cookies.get(cookie_name(request.scope["scheme"]), "")
    if not context.sign_in.sign_out(token):
        await end_session(context.database, token, context.clock())
        callers.forget()
    signed_out = Response(status_code=204)
    drop_session(request, signed_out)
    return signed_out


@asynccontextmanager
async def _guessed(request: Request) -> AsyncIterator[None]:
    """Count a link that turns out to lead nowhere."""
    try:
        yield
    except SignInError:
        await guesses_of(request).count(origin_of(request).address, Tried.LINK)
        raise


def _signed_in(request: Request, made: SignedIn) -> Response:
    signed_in = Response(status_code=204)
    keep_session(request, signed_in, made.token)
    keep_device(request, signed_in, made.device)
    return signed_in
