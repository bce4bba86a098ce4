"""Metrics and their own little server."""

import asyncio

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from plimsoll.monitoring.metrics import Message, Metrics, metrics_app


def test_what_is_measured_is_published() -> None:
    """Each measurement is found again by a second reader of the text format."""
    metrics = Metrics()
    metrics.http_seconds.labels("GET", "/livez", "200").observe(0.004)
    metrics.runs.seconds.observe(0.5)
    families = {
        family.name: family for family in text_string_to_metric_families(metrics.exposition().decode())
    }
    sums = {sample.name: sample.value for name in families for sample in families[name].samples}
    assert sums["plimsoll_http_request_seconds_sum"] == 0.004
    assert sums["plimsoll_run_seconds_count"] == 1


def test_two_processes_in_one_do_not_share() -> None:
    """Each instance has a registry of its own."""
    one, other = Metrics(), Metrics()
    one.http_seconds.labels("GET", "/only-here", "200").observe(0.1)
    assert b"/only-here" not in other.exposition()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/metrics", 200), ("HEAD", "/metrics", 200), ("GET", "/", 404), ("POST", "/metrics", 404)],
)
async def test_there_is_one_page(method: str, path: str, status: int) -> None:
    """The metrics port answers /metrics and nothing else."""
    transport = httpx2.ASGITransport(app=metrics_app(Metrics()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.request(method, path)
    assert answer.status_code == status
    assert (b"plimsoll_run_seconds" in answer.content) == (method == "GET" and status == 200)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8001", 200),
        ("localhost", 200),
        ("[::1]:8001", 200),
        ("10.1.2.3:8001", 200),
        ("evil.example:8001", 404),
        ("127.0.0.1.evil.example", 404),
        ("", 404),
        ("[evil]", 404),
        ("1", 404),
    ],
)
async def test_no_name_leads_to_the_metrics(host: str, status: int) -> None:
    """A page whose name somebody has pointed at this machine reads nothing."""
    transport = httpx2.ASGITransport(app=metrics_app(Metrics()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.get("/metrics", headers={"Host": host})).status_code == status


def test_it_starts_and_stops_with_its_server() -> None:
    """The application takes part in the lifespan protocol."""
    events: list[Message] = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    said: list[Message] = []

    async def receive() -> Message:
        return events.pop(0)

    async def send(message: Message) -> None:
        said.append(message)

    asyncio.run(metrics_app(Metrics())({"type": "lifespan"}, receive, send))
    assert [message["type"] for message in said] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
