"""Traces: collected where somebody asks for them, of everything that happens inside a request."""

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from plimsoll.monitoring.tracing import Tracing, current_traceparent, finished_span, joined, span
from probe_api import PROBE, client_of, probe_app

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    """Return what collects spans in memory."""
    return InMemorySpanExporter()


@pytest.fixture
def tracing(exporter: InMemorySpanExporter) -> Tracing:
    """Return a tracing whose spans are collected in memory."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Tracing(provider)


def parents(spans: Sequence[ReadableSpan]) -> dict[str, str | None]:
    """Return the name of each span and of the one that it lies in."""
    names = {found.context.span_id: found.name for found in spans if found.context is not None}
    return {found.name: names.get(found.parent.span_id) if found.parent else None for found in spans}


def test_spans_lie_in_one_another(tracing: Tracing, exporter: InMemorySpanExporter) -> None:
    """What happens inside a span belongs to it, also what is told afterwards."""
    with tracing.root("request"), span("cube", positions=5):
        finished_span("query", 0.25)
    spans = exporter.get_finished_spans()
    assert parents(spans) == {"query": "cube", "cube": "request", "request": None}
    (query, cube, _) = spans
    assert (query.end_time or 0) - (query.start_time or 0) == 250_000_000
    assert dict(cube.attributes or {}) == {"positions": 5}


def test_a_job_belongs_to_the_request_that_asked(tracing: Tracing, exporter: InMemorySpanExporter) -> None:
    """What the request handed on names its span in another process."""
    with tracing.root("request", CALLER):
        handed = current_traceparent()
    with tracing.active(), joined("job", handed):
        pass
    request, job = exporter.get_finished_spans()
    assert {f"{one.context.trace_id:032x}" for one in (request, job) if one.context} == {TRACE}
    assert parents([request, job]) == {"job": "request", "request": None}


def test_where_nobody_collects_nothing_happens() -> None:
    """Spans are free, and there is nothing to hand on."""
    with span("cube"), joined("job", CALLER):
        finished_span("query", 1.0)
    assert current_traceparent() == ""


def test_the_environment_decides() -> None:
    """An endpoint is needed, and either of two variables turns it off."""
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}
    for environment in (
        {},
        {**endpoint, "OTEL_SDK_DISABLED": "true"},
        {**endpoint, "OTEL_TRACES_EXPORTER": "none"},
    ):
        assert Tracing.from_environment(environment) is None


def test_the_package_is_not_imported_where_it_is_not_used() -> None:
    """Neither the notebook nor the API pays for it; the framework brings an interface of its own."""
    for module, package in (("", "opentelemetry"), (".services.risk_api.app", "opentelemetry.sdk")):
        code = f"import sys, plimsoll{module}; print('{package}' in sys.modules)"
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert found.stdout.strip() == "False"


@pytest.mark.anyio
async def test_a_request_is_a_span_and_its_trace_the_request_id(
    tracing: Tracing, exporter: InMemorySpanExporter
) -> None:
    """The trace of the caller goes on; without one there is a new one; nonsense is as good as none."""
    async with client_of(probe_app(tracing=tracing)) as client:
        answer = await client.get(f"{PROBE}/who", headers={"traceparent": CALLER})
        other = await client.get(f"{PROBE}/who", headers={"traceparent": "nonsense"})
    first, second = exporter.get_finished_spans()
    assert first.name == f"GET {PROBE}/who"
    assert answer.headers["x-request-id"] == TRACE
    assert other.headers["x-request-id"] not in (TRACE, "0" * 32)
    assert second.context is not None
    assert other.headers["x-request-id"] == f"{second.context.trace_id:032x}"
    assert dict(first.attributes or {}) == {
        "http.request.method": "GET",
        "http.route": f"{PROBE}/who",
        "http.response.status_code": 200,
    }


@pytest.fixture
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """Yield the URL of a collector that speaks OTLP over HTTP, and the bodies that it got."""
    got: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    thread.join()
    server.server_close()


def test_spans_reach_a_collector(collector: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch) -> None:
    """They arrive over the network in the form of the protocol, under the name of the service."""
    url, got = collector
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
    tracing = Tracing.from_environment()
    assert tracing is not None
    with tracing.root("request"), span("cube"):
        pass
    tracing.close()
    (resource,) = ExportTraceServiceRequest.FromString(got[0]).resource_spans
    assert [one.name for scope in resource.scope_spans for one in scope.spans] == ["cube", "request"]
    values = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
    assert values["service.name"] == "plimsoll"
