"""What a route takes: how much it counts against a rate limit, and who goes first when too much is asked.

A route says it below its router's decorator, unless it is one cheap read or write::

    @router.post("/{run_id}/what-if")
    @effort(cost=10, priority=Priority.CALCULATION)
    async def ask_what_if(...) -> Response:
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from plimsoll.performance.overload import Priority

__all__ = ["Effort", "effort", "effort_of"]

_Endpoint = TypeVar("_Endpoint", bound=Callable[..., object])

_NOTE = "plimsoll_effort"


@dataclass(frozen=True, slots=True)
class Effort:
    """What one request takes.

    Parameters
    ----------
    cost
        Against the rate limits, in units of a cheap read.
    priority
        None for that of its method: reads go before writes.
    """

    cost: int = 1
    priority: Priority | None = None


_USUAL = Effort()


def effort(*, cost: int = 1, priority: Priority | None = None) -> Callable[[_Endpoint], _Endpoint]:
    """Say what requests to an endpoint take."""

    def note(endpoint: _Endpoint) -> _Endpoint:
        endpoint.__dict__[_NOTE] = Effort(cost, priority)
        return endpoint

    return note


def effort_of(endpoint: Callable[..., object]) -> Effort:
    """Return what requests to an endpoint take."""
    found: Effort = getattr(endpoint, _NOTE, _USUAL)
    return found
