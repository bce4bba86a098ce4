"""The outermost layer (pure ASGI): names, times and logs each request, and lets no exception out."""

import os
import time
import traceback
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import structlog
from prometheus_client import Histogram
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plimsoll.monitoring.logging import log_line
from plimsoll.monitoring.metrics import Metrics
from plimsoll.monitoring.tracing import Tracing
from plimsoll.services.risk_api.problems import ProblemError, problem_response
from plimsoll.workflows.coming_from import coming_from

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

_Header = tuple[bytes, bytes]

_USUAL = [
    *((name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()),
    (b"cache-control", b"no-store"),
]
_SAID = frozenset(name for name, _ in _USUAL)
_SERVER = (b"server", b"plimsoll")
_OURS = frozenset({b"server", b"strict-transport-security", b"x-request-id"})
_HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_LOGGER = "plimsoll.http"
_log = structlog.get_logger(_LOGGER)


class SafeEntry:
    """Gives each request an id and each answer its headers, its measurement and its line in the _log.

    Parameters
    ----------
    app
        The next ASGI application.
    metrics
        Where the measurement goes.
    tracing
        Where spans go; None for nowhere.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics, tracing: Tracing | None = None) -> None:
        self.app = app
        self.metrics = metrics
        self.tracing = tracing
        self._histograms: dict[tuple[str, str, str], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self._serve_socket(scope, receive, send)
            return
        if self.tracing is None:
            scope.setdefault("state", {})["request_id"] = os.urandom(16).hex()
            await self._serve(scope, receive, send)
        else:
            await self._serve_traced(self.tracing, scope, receive, send)

    async def _serve_traced(self, tracing: Tracing, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request as a span, whose trace gives the request its id."""
        state = scope.setdefault("state", {})
        sent = next((value for name, value in scope["headers"] if name == b"traceparent"), b"")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        with tracing.root(method, sent.decode("latin-1"), served=True) as span:
            state["request_id"] = f"{span.get_span_context().trace_id:032x}"
            status = await self._serve(scope, receive, send)
            route = state.get("route", "none")
            span.update_name(f"{method} {route}")
            span.set_attribute("http.request.method", method)
            span.set_attribute("http.route", route)
            span.set_attribute("http.response.status_code", status)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> int:
        """Serve a request that has its id, and return the status of the answer."""
        state = scope["state"]
        method = scope["method"]
        answer = _Answer(scope, send)
        started = time.perf_counter()
        with coming_from(_of(scope)):
            bound = structlog.contextvars.bind_contextvars(request_id=state["request_id"])
            try:
                # A HEAD is a GET whose body stays here.
                inner = {**scope, "method": "GET"} if method == "HEAD" else scope
                await self.app(inner, receive, answer.send)
            except Exception as error:  # noqa: BLE001 - the last line: nothing may reach the server
                _log_unexpected(error)
                await answer.send_problem(receive)
            finally:
                self._record(scope, answer.status, time.perf_counter() - started)
                structlog.contextvars.reset_contextvars(**bound)
        return answer.status

    async def _serve_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one WebSocket: how long it lasts says nothing, so only the log knows of it."""
        state = scope.setdefault("state", {})
        state["request_id"] = os.urandom(16).hex()
        answer = _SocketAnswer(scope, send)
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=state["request_id"]), coming_from(_of(scope)):
            try:
                await self.app(scope, receive, answer.send)
            except Exception as error:  # noqa: BLE001 - as for requests
                _log_unexpected(error)
                await answer.give_up(receive)
            finally:
                seconds = round(time.perf_counter() - started, 1)
                _log.info("socket", route=state.get("route", "none"), status=answer.status, seconds=seconds)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = scope["state"].get("route", "none")
        label = method, route, str(status)
        histogram = self._histograms.get(label)
        if histogram is None:
            histogram = self._histograms[label] = self.metrics.http_seconds.labels(*label)
        histogram.observe(seconds)
        milliseconds = round(seconds * 1000, 1)
        refusals = scope["state"].get("refusals")
        if refusals is not None and status in (403, 404):
            refusals.note(scope, status)
        log_line(_LOGGER, "request", method=method, route=route, status=status, milliseconds=milliseconds)


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
            message["headers"] = _protected(message["headers"], self.scope)
        elif message["type"] == "http.response.body" and self.scope["method"] == "HEAD":
            message = {**message, "body": b""}
        await self._send(message)

    async def send_problem(self, receive: Receive) -> None:
        """Answer 500, unless the answer has begun; then it stays unfinished."""
        if not self.started:
            error = ProblemError(500, "internal", "The request id finds it in the logs.")
            await problem_response(Request(self.scope), error)(self.scope, receive, self.send)


class _SocketAnswer:
    """What has been sent on a WebSocket."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.status = 403  # what a server answers when nobody takes the connection
        self._open = True
        self._send = send

    async def send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "websocket.accept":
            self.status = 101
        elif kind == "websocket.http.response.start":
            self.status = message["status"]
            message["headers"] = _protected(message["headers"], self.scope)
        if kind in ("websocket.close", "websocket.http.response.start"):
            self._open = False
        await self._send(message)

    async def give_up(self, receive: Receive) -> None:
        """Refuse the connection with a 500, or close it, unless it has ended."""
        if not self._open:
            return
        if self.status == 101:
            await self.send({"type": "websocket.close", "code": 1011, "reason": "The logs say why."})
        else:
            error = ProblemError(500, "internal", "The request id finds it in the logs.")
            await problem_response(HTTPConnection(self.scope), error)(self.scope, receive, self.send)


def _log_unexpected(error: Exception) -> None:
    # Formatted here: what variables held, which some renderers add, is nobody's business.
    lines = "".join(traceback.format_exception(error))
    _log.error("unexpected error", error=type(error).__name__, traceback=lines)


def _protected(headers: Iterable[_Header], scope: Scope) -> list[_Header]:
    """Return the headers, complete; what an answer says of its content and its caching stays."""
    kept = [pair for pair in headers if pair[0] not in _OURS]
    said = _SAID.intersection([name for name, _ in kept])
    kept += [pair for pair in _USUAL if pair[0] not in said] if said else _USUAL
    state = scope["state"]
    kept += state.get("answer_headers", ())
    kept += (_SERVER, (b"x-request-id", state["request_id"].encode()))
    if scope["scheme"] in ("https", "wss"):
        kept.append(_HSTS)
    return kept


def _of(scope: Scope) -> str:
    return str((scope.get("client") or ("",))[0])
