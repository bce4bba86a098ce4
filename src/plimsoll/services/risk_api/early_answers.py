"""What answers while the platform is being started (pure ASGI), behind the same defences as the platform."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from plimsoll.monitoring.metrics import Metrics
from plimsoll.security.addresses import is_loopback
from plimsoll.services.risk_api.entry import SafeEntry
from plimsoll.services.risk_api.problems import ProblemError, problem_response
from plimsoll.services.risk_api.proxies import TrustedProxies
from plimsoll.services.risk_api.request_limits import RequestLimits
from plimsoll.services.risk_api.shipped_document import shipped_document
from plimsoll.services.risk_api.system import public_answers

__all__ = ["early_answers"]

_HEALTH: Mapping[str, Callable[[], Response]] = MappingProxyType(
    {
        "/livez": lambda: public_answers.health(True),
        "/readyz": lambda: public_answers.health(False),
        "/startupz": lambda: public_answers.health(False),
    }
)
_PAGES: Mapping[str, Callable[[], Response]] = MappingProxyType(
    {
        "/api/v1/docs": lambda: public_answers.docs_page(shipped_document()),
        "/api/v1/openapi.json": lambda: public_answers.api_document_file(shipped_document()),
        "/icon.svg": public_answers.icon_file,
        "/page.css": public_answers.style_file,
        "/page.js": public_answers.script_file,
    }
)


def early_answers(
    metrics: Metrics, *, hosts: frozenset[str], loopback_only: bool, proxies: Sequence[str] = ()
) -> ASGIApp:
    """Return an application that shows health and the API page, and asks everybody else to come back.

    Parameters
    ----------
    metrics
        Where requests are measured.
    hosts, loopback_only, proxies
        As for the platform itself; see `plimsoll.services.risk_api.context.ApiContext`.
    """
    limited = RequestLimits(_answer, hosts=hosts, loopback_only=loopback_only)
    entry = SafeEntry(limited, metrics=metrics)
    return TrustedProxies(entry, networks=proxies) if proxies else entry


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    made = _known(scope)
    if made is not None:
        scope["state"]["route"] = scope["path"]
        await made()(scope, receive, send)
        return
    error = ProblemError(
        503,
        "unavailable",
        "The platform is being started.",
        remedy="Try again after the seconds of Retry-After.",
        headers={"Retry-After": "1"},
    )
    await problem_response(HTTPConnection(scope), error)(scope, receive, send)


def _known(scope: Scope) -> Callable[[], Response] | None:
    """Return what answers a request; None where only the platform can."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    # Whether somebody on another machine may see the pages cannot be known yet.
    near = is_loopback(str((scope.get("client") or ("",))[0]))
    return _HEALTH.get(scope["path"]) or (_PAGES.get(scope["path"]) if near else None)
