"""The two cookies of a browser: its session, and the mark by which it is known when it comes back."""

import datetime as dt

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.services.risk_api.authentication import cookie_name
from plimsoll.workflows.sessions import LIFE_OF_SESSION, Origin

__all__ = ["drop_session", "keep_device", "keep_session", "origin_of", "renew_session"]

_LIFE_OF_DEVICE = dt.timedelta(days=365)


def keep_session(request: Request, answer: Response, token: str) -> None:
    """Let the browser keep the token of its session."""
    _keep(request, answer, cookie_name(request.scope["scheme"]), token, LIFE_OF_SESSION)


def renew_session(request: Request, answer: Response, token: str) -> None:
    """Let the browser keep the new token of its session; nothing where there is none.

    Whoever came by an access token gets none: five minutes must not become the life of a session.
    """
    if token and "authorization" not in request.headers:
        keep_session(request, answer, token)


def drop_session(request: Request, answer: Response) -> None:
    """Let the browser forget its session and what it has kept of our answers."""
    name = cookie_name(request.scope["scheme"])
    answer.delete_cookie(name, path="/", secure=name.startswith("__Host-"), httponly=True, samesite="strict")
    # Not "cookies": the mark by which a browser is known stays, and lets its user in during an attack.
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'


def keep_device(request: Request, answer: Response, token: str) -> None:
    """Let the browser keep the mark by which it is known; nothing where it has one."""
    if token:
        name = f"{cookie_name(request.scope['scheme'])}-device"
        _keep(request, answer, name, token, _LIFE_OF_DEVICE)


def origin_of(request: Request) -> Origin:
    """Return from where a request comes."""
    return Origin(
        address="" if request.client is None else request.client.host,
        agent=request.headers.get("user-agent", ""),
        device=request.cookies.get(f"{cookie_name(request.scope['scheme'])}-device", ""),
    )


def _keep(request: Request, answer: Response, name: str, token: str, life: dt.timedelta) -> None:
    answer.set_cookie(
        name,
        token,
        max_age=int(life.total_seconds()),
        path="/",
        secure=request.scope["scheme"] == "https",
        httponly=True,
        samesite="strict",
    )
