"""How many ticks a connection may send."""

from collections.abc import Callable

__all__ = ["TickRate"]


class TickRate:
    """A bucket that fills at the rate and holds a second's worth.

    Parameters
    ----------
    a_second
        Ticks.
    clock
        Seconds that only go forward.

    Examples
    --------
    >>> rate = TickRate(100.0, clock=lambda: 0.0)
    >>> rate.wait_for(60), rate.wait_for(60)
    (0.0, 0.2)
    """

    def __init__(self, a_second: float, *, clock: Callable[[], float]) -> None:
        self._a_second = a_second
        self._clock = clock
        self._left = a_second
        self._at = clock()

    def wait_for(self, count: int) -> float:
        """Take room for so many ticks; return 0.0, or after how many seconds there is room and none is taken.

        More than a second's worth at once has room when the bucket is full.
        """
        now = self._clock()
        self._left = min(self._a_second, self._left + (now - self._at) * self._a_second)
        self._at = now
        needed = min(count, self._a_second)
        if self._left >= needed:
            self._left -= count
            return 0.0
        return (needed - self._left) / self._a_second
