"""Measurements of what is refused so that the rest is answered."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge

__all__ = ["OverloadMetrics"]


class OverloadMetrics:
    """How many requests may be under way, how many are, and who was turned away.

    Parameters
    ----------
    registry
        Where they are published.

    Attributes
    ----------
    limit
        Gauge by ``of``: how many requests may be under way, as found by the adaptive limit.
    in_flight
        Gauge by ``of``: how many are.
    shed
        Counter by ``priority``: refused because too many were under way.
    late
        Counter of requests whose deadline passed.
    limited
        Counter by ``by`` (principal or tenant): refused because somebody asked for too much.
    breakers
        Gauge by ``dependency``: 0 closed, 0.5 half-open, 1 open.

    Examples
    --------
    >>> metrics = OverloadMetrics(CollectorRegistry())
    >>> metrics.watch_breaker("redis", lambda: 0.0)
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.limit = Gauge(
            "plimsoll_overload_limit", "Requests that may be under way", ("of",), registry=registry
        )
        self.in_flight = Gauge(
            "plimsoll_overload_in_flight", "Requests under way", ("of",), registry=registry
        )
        self.shed = Counter(
            "plimsoll_overload_shed", "Requests refused for lack of a place", ("priority",), registry=registry
        )
        self.late = Counter("plimsoll_deadlines_missed", "Requests whose deadline passed", registry=registry)
        self.limited = Counter(
            "plimsoll_rate_limited", "Requests refused by a rate limit", ("by",), registry=registry
        )
        self.breakers = Gauge(
            "plimsoll_breaker_open", "1 open, 0.5 half-open, 0 closed", ("dependency",), registry=registry
        )

    def watch_breaker(self, dependency: str, openness: Callable[[], float]) -> None:
        """Publish the state of a breaker as it is when asked."""
        self.breakers.labels(dependency).set_function(openness)
