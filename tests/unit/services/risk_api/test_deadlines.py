"""A request whose client has given up is not worked on."""

import asyncio

import pytest
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plimsoll.monitoring.metrics import Metrics
from plimsoll.services.risk_api.deadlines import Deadlines

pytestmark = pytest.mark.anyio


async def slow(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer after a tenth of a second."""
    await asyncio.sleep(0.1)
    await Response("done")(scope, receive, send)


async def endless(*_: object) -> None:
    """Answer nothing."""
    await asyncio.Event().wait()


async def asked(*headers: tuple[bytes, bytes], work: ASGIApp = slow) -> tuple[int, float | None]:
    """Return the status of the answer, and how many deadlines were missed."""
    said: list[Message] = []
    metrics = Metrics()

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        said.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": list(headers), "state": {}}
    await Deadlines(work, metrics=metrics.overload)(scope, receive, send)
    return said[0]["status"], metrics.registry.get_sample_value("plimsoll_deadlines_missed_total")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([], 200),
        ([(b"x-request-timeout", b"5")], 200),
        ([(b"x-request-timeout", b"0.02")], 504),
        ([(b"x-request-timeout", b"0")], 504),
        ([(b"x-request-timeout", b"5"), (b"x-request-deadline", b"1.5")], 504),
        ([(b"x-request-timeout", b"soon")], 200),
        ([(b"x-request-timeout", b"-1")], 200),
        ([(b"x-request-deadline", b"99999999999")], 200),
    ],
)
async def test_the_earlier_deadline_counts(headers: list[tuple[bytes, bytes]], status: int) -> None:
    """Late is 504 and counted; what is no number is as good as nothing."""
    assert await asked(*headers) == (status, float(status == 504))


async def test_the_work_ends_with_the_deadline() -> None:
    """Nothing is waited for beyond it."""
    async with asyncio.timeout(30):
        assert await asked((b"x-request-timeout", b"0.02"), work=endless) == (504, 1.0)
