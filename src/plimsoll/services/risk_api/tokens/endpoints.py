"""Tokens: given for a password or a proof of a program's own key, exchanged for the next, and revoked."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.performance.overload import Priority
from plimsoll.services.risk_api.answers import answer
from plimsoll.services.risk_api.context import Context, bearers_of
from plimsoll.services.risk_api.cookies import origin_of
from plimsoll.services.risk_api.effort import effort
from plimsoll.services.risk_api.guesses import guesses_of
from plimsoll.services.risk_api.problems import ProblemError
from plimsoll.services.risk_api.requirements import Public
from plimsoll.services.risk_api.responses import REFUSED
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.services.risk_api.second_steps import second_step
from plimsoll.wire.tokens import (
    ClientSignIn,
    FactorSignIn,
    PasswordSignIn,
    RefreshToken,
    TokenChallenge,
    Tokens,
)
from plimsoll.workflows import sign_in as signing_in
from plimsoll.workflows.pending_sign_in import Pending, complete_sign_in
from plimsoll.workflows.sign_in import Claim
from plimsoll.workflows.token_sign_in import (
    Issued,
    refresh_tokens,
    revoke_tokens,
    sign_in_program,
    tokens_of_session,
)

__all__ = [
    "exchange_refresh_token",
    "revoke_refresh_token",
    "router",
    "sign_in",
    "sign_in_by_factor",
    "sign_in_client",
]

router = ApiRouter("tokens")

_PASSWORD = frozenset({"password"})
_STEP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Tokens, or which second factor is asked for",
        "content": {
            "application/json": {"example": {"challenge": "plc_" + "A" * 43, "kinds": ["totp", "recovery"]}}
        },
    }
}


@router.post("", response_model=Tokens | TokenChallenge, dependencies=[Public], responses=_STEP | REFUSED)
@effort(priority=Priority.WRITE)
async def sign_in(said: PasswordSignIn, request: Request, context: Context) -> Response:
    """Sign a person in with a program of theirs, or ask for their second factor.

    What begins is a session like that of a browser, reached by tokens.
    """
    now = context.clock()
    claim = Claim(said.email, said.password, said.tenant)
    second = second_step(context, request)
    ring = await bearers_of(request).keys.ring(now)
    made = await signing_in.sign_in(
        context.database, context.passwords, second, claim, origin_of(request), now
    )
    if isinstance(made, Pending):
        return _private(answer(TokenChallenge(challenge=made.token, kinds=tuple(made.kinds))))
    return _tokens(await tokens_of_session(context.database, made, _PASSWORD, ring, now))


@router.post("/factor", response_model=Tokens, dependencies=[Public], responses=REFUSED)
@effort(priority=Priority.WRITE)
async def sign_in_by_factor(said: FactorSignIn, request: Request, context: Context) -> Response:
    """Turn an answer to a second factor, once, into tokens."""
    now = context.clock()
    ring = await bearers_of(request).keys.ring(now)
    made = await complete_sign_in(
        context.database,
        second_step(context, request),
        said.challenge,
        kind=said.kind,
        answer=said.answer,
        origin=origin_of(request),
        now=now,
    )
    return _tokens(await tokens_of_session(context.database, made, _PASSWORD | {said.kind}, ring, now))


@router.post("/client", response_model=Tokens, dependencies=[Public], responses=REFUSED)
@effort(priority=Priority.WRITE)
async def sign_in_client(said: ClientSignIn, request: Request, context: Context) -> Response:
    """Sign a service account in that proves itself by a key of its own (private_key_jwt, RFC 7523)."""
    now = context.clock()
    ring = await bearers_of(request).keys.ring(now)
    made = await sign_in_program(
        context.database, said.client_assertion, ring, now, address=origin_of(request).address
    )
    if made is None:
        await guesses_of(request).count(origin_of(request).address)
        raise ProblemError(401, "unauthenticated", "The assertion does not count.")
    return _tokens(made)


@router.post("/refresh", response_model=Tokens, dependencies=[Public], responses=REFUSED)
async def exchange_refresh_token(said: RefreshToken, request: Request, context: Context) -> Response:
    """Exchange a refresh token, once, for the next tokens; one that comes back later ends them all."""
    now = context.clock()
    bearers = bearers_of(request)
    ring = await bearers.keys.ring(now)
    made = await refresh_tokens(
        context.database, said.refresh_token, ring, now, address=origin_of(request).address
    )
    if made is None:
        await guesses_of(request).count(origin_of(request).address)
        bearers.forget()  # a session may have ended for it
        raise ProblemError(401, "unauthenticated", "The refresh token does not count.")
    return _tokens(made)


@router.post("/revoke", status_code=204, dependencies=[Public])
async def revoke_refresh_token(said: RefreshToken, request: Request, context: Context) -> Response:
    """End all tokens that go back to the same sign-in; one that is unknown has ended already."""
    await revoke_tokens(context.database, said.refresh_token, context.clock())
    bearers_of(request).forget()
    return Response(status_code=204)


def _tokens(made: Issued) -> Response:
    return _private(
        answer(
            Tokens(
                access_token=made.access,
                token_type="Bearer",  # noqa: S106 - the name of a scheme
                expires_in=int(made.expires_in.total_seconds()),
                refresh_token=made.refresh,
                refresh_expires_in=int(made.refresh_expires_in.total_seconds()),
            )
        )
    )


def _private(found: Response) -> Response:
    found.headers["Cache-Control"] = "no-store"
    return found
