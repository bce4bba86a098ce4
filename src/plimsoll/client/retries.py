"""When a failed call is worth another try, and after how long."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

__all__ = ["Retries"]

_PASSING = frozenset({429, 502, 503, 504})
_SHARE = 0.1


@dataclass(slots=True)
class Retries:
    """The retries of one client: few, spread at random, and never more than a tenth of its calls for long.

    Parameters
    ----------
    attempts
        Most tries of one call, the first included.
    first_seconds
        Longest wait before the second try; it doubles with each further one.
    longest_seconds
        Longest wait of all, also where the server asks for more.
    reserve
        Retries that may be made at once; a tenth of a retry comes back with each call.
    chance
        Draws the waits.

    Examples
    --------
    >>> retries = Retries(attempts=2)
    >>> retries.wait(1, status=404) is None, retries.wait(1, status=503) is None, retries.wait(2, status=503)
    (True, False, None)
    """

    attempts: int = 3
    first_seconds: float = 0.2
    longest_seconds: float = 5.0
    reserve: float = 10.0
    chance: random.Random = field(default_factory=random.Random, repr=False)
    _left: float = field(init=False, repr=False)
    _lock: Lock = field(init=False, repr=False, default_factory=Lock)

    def __post_init__(self) -> None:
        """Begin with the whole reserve."""
        self._left = self.reserve

    def note_call(self) -> None:
        """Note that a call is made for the first time."""
        with self._lock:
            self._left = min(self.reserve, self._left + _SHARE)

    def wait(
        self, attempt: int, *, status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> float | None:
        """Return how many seconds to wait before the next try; None to give up.

        Parameters
        ----------
        attempt
            Which try has failed, from 1.
        status
            HTTP status of the answer; None where none came.
        headers
            Of the answer; ``Retry-After`` in seconds is respected.
        """
        if attempt >= self.attempts or (status is not None and status not in _PASSING):
            return None
        with self._lock:
            if self._left < 1:
                return None
            self._left -= 1
        longest = min(self.longest_seconds, self.first_seconds * 2 ** (attempt - 1))
        asked = (headers or {}).get("retry-after", "")
        least = min(self.longest_seconds, float(asked)) if asked.isascii() and asked.isdigit() else 0.0
        return least + self.chance.uniform(0.0, longest)
