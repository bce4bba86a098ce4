"""Traces by OpenTelemetry: spans of requests and of what happens inside them, where somebody collects them.

Nothing is imported and nothing costs time unless the extra ``tracing`` is installed and a standard variable
such as ``OTEL_EXPORTER_OTLP_ENDPOINT`` says where traces go. Code names its spans without knowing whether
they are collected::

    with span("cube", positions=500):
        ...
"""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

__all__ = ["TRACEPARENT", "Tracing", "current_traceparent", "finished_span", "joined", "span"]

TRACEPARENT = "traceparent"
"""The header, and the argument of a job, that names the span in which somebody asked."""

_Value = str | int | float | bool

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_TIMEOUTS = ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT")
_SECONDS = 2  # that a collector has for one batch, and a stop waits for it
_NOTHING: AbstractContextManager[None] = nullcontext()


class Tracing:
    """Collects spans with a provider of OpenTelemetry.

    Parameters
    ----------
    provider
        Where spans go.

    See Also
    --------
    Tracing.from_environment : the usual way to make one.
    """

    def __init__(self, provider: "TracerProvider") -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("plimsoll")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Tracing | None":
        """Return the tracing that the standard variables ask for; None if they ask for none.

        Parameters
        ----------
        environment
            ``OTEL_EXPORTER_OTLP_ENDPOINT`` (or that of traces alone) says where traces go;
            ``OTEL_SDK_DISABLED=true`` and ``OTEL_TRACES_EXPORTER=none`` that they go nowhere. All other
            variables of the SDK count as well.
        """
        disabled = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
        exporter = environment.get("OTEL_TRACES_EXPORTER", "otlp")
        if disabled or exporter != "otlp" or not any(environment.get(name) for name in _ENDPOINTS):
            return None
        if find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None:
            return None
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        provider = TracerProvider(resource=Resource.create({"service.name": "plimsoll"}))
        stated = next((environment[name] for name in _TIMEOUTS if environment.get(name)), _SECONDS)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=float(stated))))
        return cls(provider)

    @contextmanager
    def active(self) -> Iterator[None]:
        """Collect the spans of everything that begins inside the block."""
        token = _active.set(self)
        try:
            yield
        finally:
            _active.reset(token)

    @contextmanager
    def root(self, name: str, traceparent: str = "", *, served: bool = False) -> "Iterator[Span]":
        """Collect a span that others lie in, as part of the trace of a caller elsewhere if there is one.

        Parameters
        ----------
        name
            Of the span.
        traceparent
            What the caller sent under this name (W3C Trace Context); anything else begins a new trace.
        served
            Whether it answers a request.
        """
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        parent = TraceContextTextMapPropagator().extract({TRACEPARENT: traceparent})
        kind = SpanKind.SERVER if served else SpanKind.CONSUMER
        with self.active(), self._tracer.start_as_current_span(name, parent, kind) as begun:
            yield begun

    def inner(self, name: str, attributes: Mapping[str, _Value]) -> "AbstractContextManager[Span]":
        """Collect a span inside the current one."""
        return self._tracer.start_as_current_span(name, attributes=attributes)

    def finished(self, name: str, seconds: float, attributes: Mapping[str, _Value]) -> None:
        """Collect a span that has just ended, inside the current one."""
        ends = time.time_ns()
        self._tracer.start_span(name, attributes=attributes, start_time=ends - round(seconds * 1e9)).end(ends)

    def close(self) -> None:
        """Send what has been collected."""
        self._provider.shutdown()


_active: ContextVar[Tracing | None] = ContextVar("plimsoll_tracing", default=None)


def span(name: str, **attributes: _Value) -> AbstractContextManager[object]:
    """Return a block that is a span inside the current one, where spans are collected.

    Examples
    --------
    >>> with span("nobody collects this"):
    ...     pass
    """
    tracing = _active.get()
    return _NOTHING if tracing is None else tracing.inner(name, attributes)


def joined(name: str, traceparent: str) -> AbstractContextManager[object]:
    """Return a block that is a span of the trace in which somebody asked for it, where spans are collected.

    Parameters
    ----------
    name
        Of the span.
    traceparent
        From `current_traceparent` then; empty begins a trace of its own.
    """
    tracing = _active.get()
    return _NOTHING if tracing is None else tracing.root(name, traceparent)


def finished_span(name: str, seconds: float, **attributes: _Value) -> None:
    """Note a span that has just ended after so many seconds, where spans are collected."""
    tracing = _active.get()
    if tracing is not None:
        tracing.finished(name, seconds, attributes)


def current_traceparent() -> str:
    """Return the current span as the header ``traceparent`` for a call to elsewhere; empty without one."""
    if _active.get() is None:
        return ""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get(TRACEPARENT, "")
