"""What a route says that it takes."""

from plimsoll.performance.overload import Priority
from plimsoll.services.risk_api.effort import Effort, effort, effort_of


def test_an_endpoint_says_what_it_takes() -> None:
    """Without a word it is one unit and the priority of its method."""

    async def cheap() -> None: ...

    @effort(cost=50, priority=Priority.CALCULATION)
    async def expensive() -> None: ...

    assert effort_of(cheap) == Effort(1, None)
    assert effort_of(expensive) == Effort(50, Priority.CALCULATION)
