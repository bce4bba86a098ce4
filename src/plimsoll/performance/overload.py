"""How much may be under way at once: found by how long it takes, shared out by priority."""

import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

__all__ = ["AdaptiveLimit", "Admission", "Priority"]

_Clock = Callable[[], float]

_LEAST_CUT, _DEEPEST_CUT = 0.9, 0.3
_IN_USE = 0.5


class Priority(StrEnum):
    """What is refused last comes first.

    Examples
    --------
    >>> [priority.value for priority in Priority]
    ['vital', 'read', 'write', 'calculation']
    """

    VITAL = "vital"
    READ = "read"
    WRITE = "write"
    CALCULATION = "calculation"


class AdaptiveLimit:
    """A number of things under way that rises by one while they are quick, and falls by a share when not.

    Additive increase, multiplicative decrease: as TCP finds its window. By Little's law the share is how much
    too long they take, but at least a tenth and at most seven at once. It moves only while at least half of
    it is in use, because then the time that things take says something about their number.

    Parameters
    ----------
    target_seconds
        What takes longer was too much at once.
    first, least, most
        Where it begins, and between which bounds it stays.
    clock
        Seconds that never run backwards.

    Examples
    --------
    >>> limit = AdaptiveLimit(target_seconds=0.1, first=10, least=2, most=100)
    >>> limit.begin()
    >>> limit.end(0.01)
    >>> limit.under_way
    0
    """

    def __init__(
        self,
        *,
        target_seconds: float,
        first: float,
        least: float,
        most: float,
        clock: _Clock = time.monotonic,
    ) -> None:
        self.limit = float(first)
        self.under_way = 0
        self._target = target_seconds
        self._least = least
        self._most = most
        self._clock = clock
        self._settles = float("-inf")

    def has_place(self, share: float = 1.0) -> bool:
        """Return whether one more may begin within a share of the limit."""
        return self.under_way < max(1.0, share * self.limit)

    def begin(self) -> None:
        """Count one more."""
        self.under_way += 1

    def end(self, seconds: float | None) -> None:
        """Count one less, and learn from how long it took; None says nothing."""
        in_use = self.under_way >= _IN_USE * self.limit
        self.under_way -= 1
        if seconds is None or not in_use:
            return
        if seconds <= self._target:
            self.limit = min(self._most, self.limit + 1.0 / self.limit)
            return
        now = self._clock()
        if now >= self._settles:
            # What is under way now began before: it would count the same crowd once more.
            self._settles = now + seconds
            fitting = max(_DEEPEST_CUT, min(_LEAST_CUT, self._target / seconds))
            self.limit = max(self._least, fitting * self.limit)


class Admission:
    """Lets in what there is room for, the more important first.

    Reads may use the whole limit, writes and calculations leave some of it to those above them, and what is
    vital is always let in. Only reads tell how busy the process is, because they all take about the same
    time. Calculations have a second limit of their own.

    Parameters
    ----------
    target_seconds
        Longest good time of a read, the wait for its turn included.
    calculation_seconds
        Longest good time of a calculation.
    clock
        Seconds that never run backwards.

    Examples
    --------
    >>> admission = Admission()
    >>> admission.enter(Priority.READ)
    True
    >>> admission.leave(Priority.READ, 0.001)
    """

    SHARES: Mapping[Priority, float] = MappingProxyType(
        {Priority.READ: 1.0, Priority.WRITE: 0.85, Priority.CALCULATION: 0.7}
    )

    def __init__(
        self,
        *,
        target_seconds: float = 0.2,
        calculation_seconds: float = 1.0,
        clock: _Clock = time.monotonic,
    ) -> None:
        self.requests = AdaptiveLimit(
            target_seconds=target_seconds, first=256, least=16, most=1024, clock=clock
        )
        self.calculations = AdaptiveLimit(
            target_seconds=calculation_seconds, first=32, least=4, most=64, clock=clock
        )

    def enter(self, priority: Priority) -> bool:
        """Return whether one more may begin; if so, say with `leave` when it has ended."""
        if priority is not Priority.VITAL and not self.requests.has_place(self.SHARES[priority]):
            return False
        if priority is Priority.CALCULATION:
            if not self.calculations.has_place():
                return False
            self.calculations.begin()
        self.requests.begin()
        return True

    def leave(self, priority: Priority, seconds: float | None) -> None:
        """Say that one has ended, and how long it took; None where that says nothing."""
        self.requests.end(seconds if priority is Priority.READ else None)
        if priority is Priority.CALCULATION:
            self.calculations.end(seconds)
