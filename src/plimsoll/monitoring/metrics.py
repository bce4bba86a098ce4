"""Measurements of the running platform, for Prometheus."""

import ipaddress
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from plimsoll.monitoring.cache_metrics import CacheMetrics
from plimsoll.monitoring.database_metrics import DatabaseMetrics
from plimsoll.monitoring.job_metrics import JobMetrics
from plimsoll.monitoring.live_metrics import LiveMetrics
from plimsoll.monitoring.overload_metrics import OverloadMetrics
from plimsoll.monitoring.run_metrics import RunMetrics

__all__ = ["Message", "Metrics", "Receive", "Send", "metrics_app"]

_HTTP_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Metrics:
    """All measurements of one process, in a registry of their own; each area has a class beside this file.

    Attributes
    ----------
    http_seconds
        Histogram by ``method``, ``route`` (the template, never the path) and ``status``; seconds.
    runs, database, cache, overload, jobs, live
        Measurements of these areas.

    Examples
    --------
    >>> metrics = Metrics()
    >>> metrics.database.query_seconds.observe(0.01)
    >>> b"plimsoll_query_seconds_count 1.0" in metrics.exposition()
    True
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.http_seconds = Histogram(
            "plimsoll_http_request_seconds",
            "Time to answer a request",
            ("method", "route", "status"),
            buckets=_HTTP_BUCKETS,
            registry=self.registry,
        )
        self.runs = RunMetrics(self.registry)
        self.database = DatabaseMetrics(self.registry)
        self.cache = CacheMetrics(self.registry)
        self.overload = OverloadMetrics(self.registry)
        self.jobs = JobMetrics(self.registry)
        self.live = LiveMetrics(self.registry)

    def exposition(self) -> bytes:
        """Return all measurements in the text format of Prometheus."""
        return generate_latest(self.registry)


def metrics_app(metrics: Metrics) -> Callable[[Message, Receive, Send], Coroutine[Any, Any, None]]:
    """Return the ASGI application that publishes the measurements at ``/metrics``, and nothing else.

    Parameters
    ----------
    metrics
        What is published.

    Returns
    -------
    callable
        To be served on a port of its own, which the outside does not reach. It answers to addresses and to
        ``localhost`` alone: whoever watches knows the address, and a name may be one that a page on another
        site has pointed here.
    """

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        found = scope["type"] == "http" and scope["path"] == "/metrics" and scope["method"] in ("GET", "HEAD")
        found = found and _is_address([value for name, value in scope["headers"] if name == b"host"])
        body = metrics.exposition() if found else b"not found\n"
        content_type = CONTENT_TYPE_LATEST if found else "text/plain; charset=utf-8"
        headers = [
            (b"content-type", content_type.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"server", b"plimsoll"),
            (b"x-content-type-options", b"nosniff"),
        ]
        status = 200 if found else 404
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    return app


def _is_address(hosts: list[bytes]) -> bool:
    """Return whether the one host that is asked for is no name."""
    host = hosts[0].decode("latin-1") if len(hosts) == 1 else ""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    try:
        return name == "localhost" or bool(ipaddress.ip_address(name.removeprefix("[").removesuffix("]")))
    except ValueError:
        return False


async def _lifespan(receive: Receive, send: Send) -> None:
    for event in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{event}.complete"})
