"""The outermost layer."""

import re
from typing import Any

import pytest
import structlog
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from plimsoll.monitoring.metrics import Metrics
from plimsoll.services.risk_api.entry import SECURITY_HEADERS, SafeEntry
from probe_api import CANARY, PROBE, client_of, probe_app

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "path", ["/livez", "/nowhere", f"{PROBE}/who", f"{PROBE}/broken/unexpected", "/sign-in"]
)
async def test_each_answer_is_protected_and_named(path: str) -> None:
    """Good or bad, an answer has the security headers, an id of its own, and is not kept unseen."""
    async with client_of(probe_app()) as client:
        first, second = await client.get(path), await client.get(path)
    for name, value in SECURITY_HEADERS.items():
        assert first.headers[name] == value or name == "Content-Security-Policy"
    assert "default-src 'none'" in first.headers["content-security-policy"]
    assert "unsafe" not in first.headers["content-security-policy"]
    assert first.headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in first.headers
    assert re.fullmatch(r"[0-9a-f]{32}", first.headers["x-request-id"])
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


async def test_https_is_remembered() -> None:
    """Where TLS is used, browsers are told to stay with it."""
    async with client_of(probe_app(), address="https://127.0.0.1:8000") as client:
        found = (await client.get("/livez")).headers["strict-transport-security"]
    assert found == "max-age=31536000; includeSubDomains"


async def test_what_has_a_tag_is_not_left_in_a_browser() -> None:
    """A program keeps an answer with its ETag and asks whether it still holds; a browser keeps none."""
    async with client_of(probe_app()) as client:
        answer = await client.get(f"{PROBE}/item")
    assert (answer.headers["etag"], answer.headers["cache-control"]) == ('"3"', "no-store")


async def test_the_id_of_a_client_is_not_taken_over() -> None:
    """Nobody chooses what stands in our logs."""
    async with client_of(probe_app()) as client:
        answer = await client.get("/livez", headers={"x-request-id": CANARY})
    assert answer.headers["x-request-id"] != CANARY


async def test_an_unexpected_error_tells_nothing() -> None:
    """The client gets the id, the log the traceback under the same id; the server sees no exception."""
    structlog.reset_defaults()
    with capture_logs([structlog.contextvars.merge_contextvars]) as logs:
        async with client_of(probe_app()) as client:
            answer = await client.get(f"{PROBE}/broken/unexpected")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (500, "internal")
    assert CANARY not in answer.text
    (event,) = [log for log in logs if log["event"] == "unexpected error"]
    assert event["request_id"] == problem["request_id"] == answer.headers["x-request-id"]
    assert event["error"] == "ValueError"
    assert "in fail" in event["traceback"]


async def test_a_request_is_logged_and_measured_by_its_route() -> None:
    """Path, query and unknown methods are in neither, so that both stay small and hold no secret."""
    structlog.reset_defaults()
    metrics = Metrics()
    with capture_logs() as logs:
        async with client_of(probe_app(metrics=metrics)) as client:
            await client.get(f"{PROBE}/broken/{CANARY}")
            await client.get(f"/{CANARY}?{CANARY}={CANARY}")
            await client.request(CANARY, "/livez")
    assert [(log["method"], log["route"], log["status"]) for log in logs if log["event"] == "request"] == [
        ("GET", f"{PROBE}/broken/{{how}}", 409),
        ("GET", "none", 404),
        ("other", "none", 405),
    ]
    assert CANARY not in str(logs)
    text = metrics.exposition().decode()
    assert f'method="GET",route="{PROBE}/broken/{{how}}",status="409"' in text
    assert CANARY not in text


async def test_head_is_get_without_a_body() -> None:
    """Status and headers are those of GET."""
    async with client_of(probe_app()) as client:
        got, head = await client.get("/livez"), await client.head("/livez")
    assert head.status_code == got.status_code == 200
    assert head.headers["content-length"] == got.headers["content-length"]
    assert head.content == b""


async def test_an_answer_that_has_begun_is_not_begun_again() -> None:
    """After an error in the middle of an answer, nothing more is said."""
    said: list[Message] = []

    async def breaks(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError

    async def send(message: Message) -> None:
        said.append(message)

    scope = {"type": "http", "method": "GET", "scheme": "http", "headers": []}
    await SafeEntry(breaks, metrics=Metrics())(scope, Request(scope).receive, send)
    assert [message["type"] for message in said] == ["http.response.start"]


async def test_other_protocols_pass_through() -> None:
    """The lifespan is not a request."""
    seen: list[str] = []

    async def inner(scope: Scope, _: Receive, __: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: Any) -> Any:
        return None

    await SafeEntry(inner, metrics=Metrics())({"type": "lifespan"}, nothing, nothing)
    assert seen == ["lifespan"]
