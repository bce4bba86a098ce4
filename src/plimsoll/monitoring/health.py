"""Whether the process can do its work: checks with a time limit, remembered for a moment."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

__all__ = ["Check", "Readiness"]

Check = Callable[[], Awaitable[None]]
"""Returns if all is well and raises if not."""


class Readiness:
    """Asks its checks, and is slow to call a process unready that was ready: one missed answer is no outage.

    Parameters
    ----------
    checks
        By name; they run side by side.
    seconds
        Time limit of a check.
    remembered_seconds
        How long an answer counts, so that probes cost the same however often they come.
    failures
        How many answers in a row must be bad before a process that was ready is called unready.

    Examples
    --------
    >>> async def well() -> None:
    ...     return None
    >>> asyncio.run(Readiness({"database": well}).ask())
    {'database': True}
    """

    def __init__(
        self,
        checks: Mapping[str, Check],
        *,
        seconds: float = 2.0,
        remembered_seconds: float = 1.0,
        failures: int = 2,
    ) -> None:
        self._checks = dict(checks)
        self._seconds = seconds
        self._remembered_seconds = remembered_seconds
        # Before its first good answer a check has been bad for long enough.
        self._bad = dict.fromkeys(checks, failures)
        self._failures = failures
        self._asked = -float("inf")
        self._asking = asyncio.Lock()

    async def ask(self) -> dict[str, bool]:
        """Return for each check whether all is well."""
        async with self._asking:
            if time.monotonic() - self._asked >= self._remembered_seconds:
                found = await asyncio.gather(*(self._is_well(check) for check in self._checks.values()))
                for name, well in zip(self._checks, found, strict=True):
                    self._bad[name] = 0 if well else self._bad[name] + 1
                self._asked = time.monotonic()
        return {name: bad < self._failures for name, bad in self._bad.items()}

    async def _is_well(self, check: Check) -> bool:
        try:
            async with asyncio.timeout(self._seconds):
                await check()
        except Exception:  # noqa: BLE001 - whatever a check raises means that all is not well
            return False
        return True
