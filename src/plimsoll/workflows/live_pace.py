"""How often live risk does what, and who is told."""

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Pace", "Watchers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often live risk does what.

    Parameters
    ----------
    refresh_seconds
        Least time between two updates of a portfolio that somebody listens to.
    keep_seconds
        Between two times that new levels are written to the database.
    watch_seconds
        Between two looks for new runs, positions and prices; least time between two updates of a portfolio
        that is live for its limits, though nobody listens.
    idle_seconds
        How long a live portfolio that nobody listens to is kept.
    most_streams
        Live portfolios of a tenant at a time.
    silent_seconds
        How long a symbol may be silent while others tick, before it is an incident.
    """

    refresh_seconds: float = 0.1
    keep_seconds: float = 1.0
    watch_seconds: float = 1.0
    idle_seconds: float = 300.0
    most_streams: int = 50
    silent_seconds: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchers:
    """Who is told what happens.

    Parameters
    ----------
    published
        For each update that somebody listens to, the seconds from the arrival of its oldest tick.
    coalesced
        How many levels were replaced before they were valued.
    degraded
        Whether ticks are not shared although they should be, whenever that changes.
    """

    published: Callable[[float], None] = lambda _: None
    coalesced: Callable[[int], None] = lambda _: None
    degraded: Callable[[bool], None] = lambda _: None
