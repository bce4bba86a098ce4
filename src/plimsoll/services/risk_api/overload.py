"""The door (pure ASGI): when too much is under way, a request is refused before it is looked at."""

import asyncio
import json
import time
from collections.abc import Iterable
from functools import partial
from types import MappingProxyType

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plimsoll.monitoring.overload_metrics import OverloadMetrics
from plimsoll.performance.overload import Admission, Priority
from plimsoll.services.risk_api.effort import effort_of
from plimsoll.services.risk_api.entry import SECURITY_HEADERS
from plimsoll.services.risk_api.problems import PROBLEM_TITLES, PROBLEM_TYPE
from plimsoll.services.risk_api.requirements import needs_sign_in, required
from plimsoll.services.risk_api.routes import API_PREFIX, ApiRoute

__all__ = ["Door", "Priorities"]

_READS = frozenset({"GET", "HEAD"})
_ANY = "*"
_PAUSE_SECONDS = 0.2
_MOST_HELD = 2_000  # refusals held back at a time; more go out at once
_STREAM = b"text/event-stream"

_BODY = json.dumps(
    {
        "type": f"{API_PREFIX}/docs#overloaded",
        "title": PROBLEM_TITLES["overloaded"],
        "status": 503,
        "detail": "Too many requests are under way.",
        "code": "overloaded",
        "remedy": "Try again after the seconds of Retry-After.",
    }
).encode()
_HEADERS = MappingProxyType(
    {
        **SECURITY_HEADERS,
        "Cache-Control": "no-store",
        "Content-Length": str(len(_BODY)),
        "Content-Type": PROBLEM_TYPE,
        "Retry-After": "1",
        "Server": "plimsoll",
    }
)
_START: Message = {
    "type": "http.response.start",
    "status": 503,
    "headers": [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()],
}
_END: Message = {"type": "http.response.body", "body": _BODY}


class Priorities:
    """The priority of a request, from its method and the shape of its path alone.

    Parameters
    ----------
    routes
        Of the application. What asks for no permission is vital: health, sign-in, the pages.
    """

    def __init__(self, routes: Iterable[ApiRoute]) -> None:
        self._known: dict[tuple[str, str, int, str], Priority] = {}
        for route in routes:
            parts = route.path_format.split("/")
            last = _ANY if parts[-1].startswith("{") else parts[-1]
            for method in route.methods or ():
                self._known[method, _resource(parts), len(parts), last] = _priority(route, method)

    def of(self, scope: Scope) -> Priority:
        """Return the priority; what fits no route is answered quickly, as a read."""
        method, parts = scope["method"], scope["path"].split("/")
        method = "GET" if method == "HEAD" else method
        place = method, _resource(parts), len(parts)
        return self._known.get((*place, parts[-1])) or self._known.get((*place, _ANY)) or Priority.READ


class Door:
    """Refuses with 503 and ``Retry-After`` what there is no room for, the less important first.

    A stream of events gives its place back when it begins, and a WebSocket takes none: both may last long.

    Parameters
    ----------
    app
        The next ASGI application.
    admission
        Counts what is under way.
    priorities
        Of the routes.
    metrics
        Where refusals are counted.
    pause_seconds
        How long a refusal is held back: whoever asks again at once takes less time of the others so.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        admission: Admission,
        priorities: Priorities,
        metrics: OverloadMetrics,
        pause_seconds: float = _PAUSE_SECONDS,
    ) -> None:
        self.app = app
        self._admission = admission
        self._priorities = priorities
        self._pause_seconds = pause_seconds
        self._held = 0
        self._shed = {priority: metrics.shed.labels(priority.value) for priority in Priority}
        for name, limit in (("requests", admission.requests), ("calculations", admission.calculations)):
            metrics.limit.labels(name).set_function(partial(getattr, limit, "limit"))
            metrics.in_flight.labels(name).set_function(partial(getattr, limit, "under_way"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        priority = self._priorities.of(scope)
        if not self._admission.enter(priority):
            self._shed[priority].inc()
            if self._held < _MOST_HELD:
                self._held += 1
                try:
                    await asyncio.sleep(self._pause_seconds)
                finally:
                    self._held -= 1
            await send(dict(_START))
            await send(_END)
            return
        place = _Place(self._admission, priority, send)
        try:
            # Others that have arrived take their places first: only so is a queue seen before the event loop.
            await asyncio.sleep(0)
            await self.app(scope, receive, place.send)
        finally:
            place.leave()


class _Place:
    """A place that one request holds."""

    __slots__ = ("_admission", "_held", "_priority", "_send", "_since")

    def __init__(self, admission: Admission, priority: Priority, send: Send) -> None:
        self._admission = admission
        self._priority = priority
        self._send = send
        self._held = True
        self._since = time.monotonic()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _streams(message):
            self.leave(lasting=True)
        await self._send(message)

    def leave(self, *, lasting: bool = False) -> None:
        if self._held:
            self._held = False
            self._admission.leave(self._priority, None if lasting else time.monotonic() - self._since)


def _streams(start: Message) -> bool:
    for name, value in start["headers"]:
        if name == b"content-type":
            return bool(value.startswith(_STREAM))
    return False


def _resource(parts: list[str]) -> str:
    return parts[3] if len(parts) > 3 and parts[1] == "api" else parts[1] if len(parts) > 1 else ""


def _priority(route: ApiRoute, method: str) -> Priority:
    stated = effort_of(route.endpoint).priority
    if stated is not None:
        return stated
    if not required(route.dependant) and not needs_sign_in(route.dependant):
        return Priority.VITAL
    return Priority.READ if method in _READS else Priority.WRITE
