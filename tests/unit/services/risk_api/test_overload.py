"""The door of the API: who gets in, who does not, and what that costs."""

import asyncio
from typing import Any

import pytest
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from plimsoll.monitoring.metrics import Metrics
from plimsoll.performance.overload import Admission, Priority
from plimsoll.services.risk_api.app import ROUTERS
from plimsoll.services.risk_api.overload import Door, Priorities
from plimsoll.services.risk_api.routes import ApiRoute
from probe_api import client_of, probe_app

pytestmark = pytest.mark.anyio

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, ApiRoute)]
READ = {"type": "http", "method": "GET", "path": "/api/v1/portfolios", "headers": []}


@pytest.mark.parametrize(
    ("method", "path", "priority"),
    [
        ("GET", "/livez", Priority.VITAL),
        ("HEAD", "/readyz", Priority.VITAL),
        ("POST", "/sign-in", Priority.VITAL),
        ("GET", "/api/v1/portfolios", Priority.READ),
        ("HEAD", "/api/v1/portfolios/1", Priority.READ),
        ("GET", "/api/v1/risk-runs/1/report", Priority.READ),
        ("POST", "/api/v1/portfolios", Priority.WRITE),
        ("PUT", "/api/v1/portfolios/1/positions", Priority.WRITE),
        ("DELETE", "/api/v1/portfolios/1", Priority.WRITE),
        ("POST", "/api/v1/risk-runs", Priority.CALCULATION),
        ("POST", "/api/v1/risk-runs/1/what-if", Priority.CALCULATION),
        ("GET", "/api/v1/risk-runs/1/cube", Priority.CALCULATION),
        ("GET", "/api/v1/nothing/at/all", Priority.READ),
        ("BREW", "/", Priority.READ),
    ],
)
def test_the_priority_is_that_of_the_route(method: str, path: str, priority: Priority) -> None:
    """It is found from method and path alone."""
    assert Priorities(ROUTES).of({"method": method, "path": path}) is priority


def door_to(app: Any, admission: Admission, metrics: Metrics | None = None) -> Door:
    """Return a door before an application."""
    overload = (metrics or Metrics()).overload
    return Door(app, admission=admission, priorities=Priorities(ROUTES), metrics=overload)


async def status_of(door: Door, scope: Scope) -> int:
    """Return the status of the answer to a request."""
    said: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("the body is read")

    async def send(message: Message) -> None:
        said.append(message)

    await door(scope, receive, send)
    return int(said[0]["status"])


async def test_what_arrives_together_is_counted_together() -> None:
    """Requests that never wait are seen as a queue all the same: beyond the limit they are refused."""
    admission, metrics = Admission(), Metrics()
    door = door_to(Response("done"), admission, metrics)
    found = await asyncio.gather(*(status_of(door, READ) for _ in range(300)))
    assert (found.count(200), found.count(503)) == (256, 44)
    assert admission.requests.under_way == 0
    shed = metrics.registry.get_sample_value("plimsoll_overload_shed_total", {"priority": "read"})
    assert shed == 44
    assert await status_of(door, READ) == 200


async def test_a_stream_gives_its_place_back() -> None:
    """A thousand streams that last leave all places free."""
    admission = Admission()
    ends = asyncio.Event()

    async def stream(_: Scope, __: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await ends.wait()

    door = door_to(stream, admission)
    open_ = []
    for _ in range(1000):
        open_.append(asyncio.create_task(status_of(door, READ)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert admission.requests.under_way == 0
    ends.set()
    assert set(await asyncio.gather(*open_)) == {200}
    assert admission.requests.under_way == 0


async def test_a_failure_frees_the_place() -> None:
    """However a request ends."""
    admission = Admission()

    async def fail(*_: object) -> None:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - it has no text
        await status_of(door_to(fail, admission), READ)
    assert admission.requests.under_way == 0


async def test_a_refusal_is_a_problem_with_a_time_to_wait() -> None:
    """503 with Retry-After and the headers of all answers; health is served all the same."""
    admission = Admission()
    admission.requests.limit = 0.0
    admission.requests.begin()
    async with client_of(probe_app(admission=admission)) as client:
        refused = await client.get("/api/v1/system")
        alive = await client.get("/livez")
    assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["content-security-policy"].startswith("default-src 'none'")
    assert alive.status_code == 200
