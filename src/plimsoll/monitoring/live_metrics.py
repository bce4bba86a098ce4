"""Measurements of live risk."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

__all__ = ["LiveMetrics"]

_LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5)


class LiveMetrics:
    """How quickly ticks become numbers, and what becomes of them.

    Parameters
    ----------
    registry
        Where they are registered.

    Attributes
    ----------
    latency_seconds
        Histogram: from the arrival of a tick to the publication of the update that contains it; for each
        update, of its oldest tick. Seconds.
    ticks
        Counter by ``outcome``: applied, unknown, old, quarantined; ``coalesced`` are those of the applied
        that a later one replaced before they were valued; ``refused`` came in messages that were not.
    listeners
        Gauge: clients that follow a live portfolio.
    senders
        Gauge: connections that ticks may come through.
    portfolios
        Gauge: live portfolios.
    tick_age_seconds
        Gauge: age of the newest tick; NaN before the first.
    degraded
        Gauge: 1 while ticks are not shared with other instances although they should be.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.latency_seconds = Histogram(
            "plimsoll_live_latency_seconds",
            "Time from a tick to the update that contains it",
            buckets=_LATENCY_BUCKETS,
            registry=registry,
        )
        self.ticks = Counter(
            "plimsoll_live_ticks", "Ticks by what became of them", ("outcome",), registry=registry
        )
        self.listeners = Gauge(
            "plimsoll_live_listeners", "Clients that follow a live portfolio", registry=registry
        )
        self.senders = Gauge("plimsoll_live_senders", "Connections that send ticks", registry=registry)
        self.portfolios = Gauge("plimsoll_live_portfolios", "Live portfolios", registry=registry)
        self.tick_age_seconds = Gauge(
            "plimsoll_live_tick_age_seconds", "Age of the newest tick", registry=registry
        )
        self.tick_age_seconds.set(float("nan"))
        self.degraded = Gauge(
            "plimsoll_live_degraded", "Whether ticks cannot be shared with other instances", registry=registry
        )
