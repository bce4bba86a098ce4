"""How often a limit would have been reached by a series of measures."""

from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.risk.limits import Limit, Measured, State, evaluate

__all__ = ["TrialCount", "try_series"]


@dataclass(frozen=True, slots=True)
class TrialCount:
    """What a limit would have done.

    Parameters
    ----------
    states
        One for each measure, in its order.
    fired, warned
        How often the hard and the soft level were reached anew; reaching both at once is the hard one alone.
    """

    states: tuple[State, ...]
    fired: int
    warned: int

    def days(self, state: State) -> int:
        """Return how many measures have this state."""
        return self.states.count(state)


def try_series(limit: Limit, values: Sequence[float | None]) -> TrialCount:
    """Hold a series of measures against a limit, with its hysteresis.

    Parameters
    ----------
    limit
        The limit.
    values
        In the unit of the limit, in the order of time; None and NaN are unknown, and leave open what is open.

    Examples
    --------
    >>> from plimsoll.risk.limits import LimitMeasure
    >>> limit = Limit(measure=LimitMeasure.VAR, hard=100.0, hysteresis=0.1)
    >>> try_series(limit, [99.0, 101.0, 95.0, 101.0, 80.0, 100.0]).fired
    2
    """
    states: list[State] = []
    known, fired, warned = State.OK, 0, 0
    for value in values:
        state = evaluate(limit, Measured(value=value), known).state
        states.append(state)
        if state is State.UNKNOWN:
            continue
        fired += state is State.BREACHED and known is not State.BREACHED
        warned += state is State.WARNING and known is State.OK
        known = state
    return TrialCount(tuple(states), fired, warned)
