"""A breaker: what has failed several times in a row is left alone for a while, so that it costs nothing."""

import time
from collections.abc import Callable
from enum import StrEnum
from types import TracebackType

from plimsoll.errors import UnavailableError

__all__ = ["Breaker", "BreakerState"]

_Clock = Callable[[], float]


class BreakerState(StrEnum):
    """Whether a dependency is asked.

    Examples
    --------
    >>> BreakerState.HALF_OPEN.value
    'half-open'
    """

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Breaker:
    """Stands before one dependency; ``async with breaker:`` around each call to it.

    Closed, every call goes through. After some failures in a row it opens: calls are refused at once. When
    the pause is over, one call is let through; if it succeeds the breaker closes, and if not, the next pause
    is twice as long. A call that is cancelled says nothing about the dependency.

    Parameters
    ----------
    name
        Of the dependency, such as ``redis``.
    failures
        How many in a row open it.
    pause_seconds
        The first pause.
    longest_seconds
        The longest pause.
    ignored
        Exceptions that say that the dependency works, such as its refusal of a bad request.
    clock
        Seconds that never run backwards.

    Raises
    ------
    UnavailableError
        On entry, while it is open.

    Examples
    --------
    >>> import asyncio
    >>> breaker = Breaker("redis", failures=1)
    >>> async def call() -> None:
    ...     async with breaker:
    ...         raise ConnectionError
    >>> try:
    ...     asyncio.run(call())
    ... except ConnectionError:
    ...     breaker.state.value
    'open'
    """

    def __init__(
        self,
        name: str,
        *,
        failures: int = 5,
        pause_seconds: float = 1.0,
        longest_seconds: float = 30.0,
        ignored: tuple[type[BaseException], ...] = (),
        clock: _Clock = time.monotonic,
    ) -> None:
        self.name = name
        self._failures = failures
        self._first_pause = pause_seconds
        self._longest_pause = longest_seconds
        self._ignored = ignored
        self._clock = clock
        self._failed = 0
        self._pause = pause_seconds
        self._waits_until = 0.0
        self._open = False
        self._trying = False

    @property
    def state(self) -> BreakerState:
        """Whether calls go through now."""
        if not self._open:
            return BreakerState.CLOSED
        waiting = self._clock() < self._waits_until
        return BreakerState.OPEN if waiting else BreakerState.HALF_OPEN

    @property
    def lets_through(self) -> bool:
        """Whether a call that came now would go through."""
        return not self._open or (not self._trying and self._clock() >= self._waits_until)

    async def __aenter__(self) -> None:
        """Let the call through or refuse it."""
        if not self.lets_through:
            message = f"{self.name} has failed several times and is left alone for a moment"
            raise UnavailableError(message, remedy="Try again in a moment.")
        self._trying = self._open

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Learn from how the call ended."""
        if error is None or isinstance(error, self._ignored):
            self._succeeded()
        elif isinstance(error, Exception):
            self._fail()
        self._trying = False

    def _succeeded(self) -> None:
        self._failed = 0
        self._pause = self._first_pause
        self._open = False

    def _fail(self) -> None:
        self._failed += 1
        if self._trying:
            self._pause = min(2 * self._pause, self._longest_pause)
        elif self._failed < self._failures:
            return
        self._open = True
        self._waits_until = self._clock() + self._pause
