"""Deadlines (pure ASGI): what comes too late for who asked is not worked on.

A client says with ``X-Request-Timeout`` how many seconds it will wait, or with ``X-Request-Deadline`` until
which instant, in seconds since 1970. The earlier one counts; a value that is no number is as good as none.
"""

import asyncio
import re
import time

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plimsoll.monitoring.overload_metrics import OverloadMetrics
from plimsoll.services.risk_api.problems import ProblemError, problem_response

__all__ = ["Deadlines"]

_NUMBER = re.compile(rb"[0-9]{1,12}(?:\.[0-9]{1,9})?")
_TIMEOUT = b"x-request-timeout"
_DEADLINE = b"x-request-deadline"


class Deadlines:
    """Answers 504 when the client has given up by its own word; the work for it ends then.

    Parameters
    ----------
    app
        The next ASGI application.
    metrics
        Where missed deadlines are counted.
    """

    def __init__(self, app: ASGIApp, *, metrics: OverloadMetrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request within its time."""
        seconds = _seconds(scope) if scope["type"] == "http" else None
        if seconds is None:
            await self.app(scope, receive, send)
            return
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            async with asyncio.timeout(seconds) as limit:
                if seconds > 0:
                    await self.app(scope, receive, noted)
                else:
                    await asyncio.sleep(0)
        except TimeoutError:
            if not limit.expired() or begun:
                raise
            self._metrics.late.inc()
            error = ProblemError(504, "deadline-exceeded", "The answer would come too late.")
            await problem_response(Request(scope), error)(scope, receive, send)


def _seconds(scope: Scope) -> float | None:
    """Return how much time is left; None where the client has not said."""
    left: float | None = None
    for name, value in scope["headers"]:
        if name in (_TIMEOUT, _DEADLINE) and _NUMBER.fullmatch(value):
            stated = float(value) if name == _TIMEOUT else float(value) - time.time()
            left = stated if left is None else min(left, stated)
    return left
