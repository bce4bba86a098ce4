"""The outermost layer (pure ASGI): names, times and logs each request, and lets no exception out."""

import time
import traceback
from collections.abc import Mapping
from types import MappingProxyType
from uuid import uuid4

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plimsoll.monitoring.metrics import Metrics
from plimsoll.services.risk_api.problems import ProblemError, problem_response

__all__ = ["SECURITY_HEADERS", "SafeEntry"]

SECURITY_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": (
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
)
"""On each answer; a page may bring a content policy of its own."""

_HSTS = "max-age=31536000"

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_log = structlog.get_logger("plimsoll.http")


class SafeEntry:
    """Gives each request an id and each answer its headers, its measurement and its line in the _log.

    Parameters
    ----------
    app
        The next ASGI application.
    metrics
        Where the measurement goes.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["request_id"] = uuid4().hex
        method = scope["method"]
        answer = _Answer(scope, send)
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=state["request_id"]):
            try:
                # A HEAD is a GET whose body stays here.
                inner = {**scope, "method": "GET"} if method == "HEAD" else scope
                await self.app(inner, receive, answer.send)
            except Exception as error:  # noqa: BLE001 - the last line: nothing may reach the server
                _log_unexpected(error)
                await answer.send_problem(receive)
            finally:
                self._record(scope, answer.status, time.perf_counter() - started)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = scope["state"].get("route", "none")
        self.metrics.http_seconds.labels(method, route, str(status)).observe(seconds)
        _log.info("request", method=method, route=route, status=status, milliseconds=round(seconds * 1000, 1))


class _Answer:
    """What has been sent of an answer."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.status = 500
        self.started = False
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            _protect(MutableHeaders(scope=message), self.scope)
        elif message["type"] == "http.response.body" and self.scope["method"] == "HEAD":
            message = {**message, "body": b""}
        await self._send(message)

    async def send_problem(self, receive: Receive) -> None:
        """Answer 500, unless the answer has begun; then it stays unfinished."""
        if not self.started:
            error = ProblemError(500, "internal", "The request id finds it in the logs.")
            await problem_response(Request(self.scope), error)(self.scope, receive, self.send)


def _log_unexpected(error: Exception) -> None:
    # Formatted here: what variables held, which some renderers add, is nobody's business.
    lines = "".join(traceback.format_exception(error))
    _log.error("unexpected error", error=type(error).__name__, traceback=lines)


def _protect(headers: MutableHeaders, scope: Scope) -> None:
    """Complete the headers; what an answer says of its content and its caching stays."""
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", "private, no-cache" if "etag" in headers else "no-store")
    headers["Server"] = "plimsoll"
    headers["X-Request-ID"] = scope["state"]["request_id"]
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = _HSTS
