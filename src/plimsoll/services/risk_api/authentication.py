"""Who sends a request: an API key or access token of programs, a session cookie of browsers; nobody else."""

from collections.abc import Awaitable, Callable

from starlette.requests import HTTPConnection

from plimsoll.errors import UnavailableError
from plimsoll.security.permissions import Permission, Principal
from plimsoll.security.throttle import Tried
from plimsoll.services.risk_api.context import bearers_of, callers_of, context_of
from plimsoll.services.risk_api.guesses import guesses_of
from plimsoll.services.risk_api.problems import ProblemError
from plimsoll.workflows.sessions import FORM_OF_TOKEN, was_session

__all__ = ["authenticated", "cookie_name", "refuse_other_sites", "still_allowed"]

_WEB_SCHEMES = {"ws": "http", "wss": "https"}
_SAFE = frozenset({"GET", "HEAD"})
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="plimsoll"'}


def cookie_name(scheme: str) -> str:
    """Return the name of the session cookie; the prefix that binds it to the host works on https alone."""
    return "__Host-plimsoll" if scheme == "https" else "plimsoll"


async def authenticated(request: HTTPConnection) -> Principal:
    """Return who sends the request.

    Raises
    ------
    ProblemError
        401 if they do not say, or not truly, 429 if that was so too often; 403 if another site makes the
        user's browser say it; 503 if it cannot be known now: nobody is let in on a guess.
    """
    keys = request.headers.getlist("authorization")
    try:
        principal = await _by_key(request, keys) if keys else await _by_cookie(request)
    except UnavailableError:
        detail = "It cannot be known now who you are."
        raise ProblemError(503, "unavailable", detail, headers={"Retry-After": "1"}) from None
    if principal is None:
        remedy = "Send an API key or an access token as a bearer token, or sign in."
        if cookie_name(request.scope["scheme"]) in request.cookies:
            remedy = (
                "The session has ended: it was idle, it was ended elsewhere, or Plimsoll was started again. "
                "Sign in at /sign-in, or with the link that plimsoll up has printed."
            )
        raise ProblemError(401, "unauthenticated", "Nobody is signed in.", remedy=remedy, headers=_CHALLENGE)
    return principal


def refuse_other_sites(request: HTTPConnection) -> None:
    """Refuse what a page of another site makes a browser send.

    Raises
    ------
    ProblemError
        403 unless the browser says that the request comes from a page of ours.
    """
    own = f"{_scheme(request)}://{request.headers.get('host', '')}"
    origins = request.headers.getlist("origin")
    sites = request.headers.getlist("sec-fetch-site")
    if origins not in ([own], []) or sites not in (["same-origin"], []) or not (origins or sites):
        raise ProblemError(403, "cross-site", "The request does not come from a page of this server.")


def still_allowed(
    connection: HTTPConnection, caller: Principal, permission: Permission
) -> Callable[[], Awaitable[bool]]:
    """Return what says whether a caller's key or session still lets them, for what lasts longer."""

    async def allowed() -> bool:
        try:
            found = await authenticated(connection)
        except ProblemError:
            return False
        # Who sees other portfolios than before begins anew.
        known = (found.id, found.tenant, found.scope) == (caller.id, caller.tenant, caller.scope)
        return known and found.may(permission)

    return allowed


async def _by_key(request: HTTPConnection, headers: list[str]) -> Principal | None:
    scheme, _, token = headers[0].partition(" ")
    if len(headers) > 1 or scheme.lower() != "bearer":
        return None
    token, bearers = token.strip(), bearers_of(request)
    found = context_of(request).sign_in.with_key(token) or await bearers.of(token)
    if found is None and not await bearers.is_late(token):
        await guesses_of(request).count(_address(request))
    return found


async def _by_cookie(request: HTTPConnection) -> Principal | None:
    token = request.cookies.get(cookie_name(_scheme(request)), "")
    principal = context_of(request).sign_in.with_session(token)
    if principal is None and FORM_OF_TOKEN.fullmatch(token):
        principal = await callers_of(request).of(token)
    # Whose session is over has not guessed, and is led to the sign-in as long as they come.
    if principal is None and token and not await was_session(context_of(request).database, token):
        await guesses_of(request).count(_address(request), Tried.COOKIE)
    # A WebSocket has no method, and may do more than read.
    if principal is not None and request.scope.get("method") not in _SAFE:
        refuse_other_sites(request)
    return principal


def _address(request: HTTPConnection) -> str:
    return "" if request.client is None else request.client.host


def _scheme(request: HTTPConnection) -> str:
    """Return the scheme of the pages that talk to us this way."""
    scheme: str = request.scope["scheme"]
    return _WEB_SCHEMES.get(scheme, scheme)
