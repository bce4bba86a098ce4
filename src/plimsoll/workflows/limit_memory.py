"""What trades are held against, remembered for a moment: baskets come one after the other."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from uuid import UUID

from cachetools import LRUCache

from plimsoll.data.store.database import Database
from plimsoll.workflows.finished_runs import finished_run
from plimsoll.workflows.what_if import limits_of_run
from plimsoll.workflows.what_if_limits import KnownLimits

__all__ = ["LimitMemory"]

_SECONDS = 1.0
_MOST_RUNS = 1_000
_MOST_CHANGES = 10_000  # each counts for as long as what was read before it may be remembered


@dataclass(frozen=True, slots=True)
class _Read:
    known: KnownLimits
    change: int
    until: float


class LimitMemory:
    """Remembers the limits of runs for a second.

    A limit that changes, or a breach that opens or ends, counts at once on the instance on which it does, and
    after a second on every other one: as a portfolio that is read does.

    Parameters
    ----------
    seconds
        For how long.
    clock
        Counts seconds, and never goes back.
    """

    def __init__(self, *, seconds: float = _SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._read: LRUCache[tuple[UUID, UUID], _Read] = LRUCache(_MOST_RUNS)
        self._changes: LRUCache[tuple[UUID, UUID], int] = LRUCache(_MOST_CHANGES)
        self._numbers = count(1)

    def note_changes(self, tenant: UUID, changed: frozenset[UUID]) -> None:
        """Read the limits of these portfolios anew; see :func:`plimsoll.data.store.changes.note_change`."""
        for subject in changed:
            self._changes[tenant, subject] = next(self._numbers)

    async def of_run(self, database: Database, tenant: UUID, run: UUID) -> KnownLimits:
        """Return what :func:`plimsoll.workflows.what_if.limits_of_run` does, or did a moment ago.

        Parameters
        ----------
        database
            Where the run is. A view that sees some portfolios alone is always asked.
        tenant, run
            Whose run, and which.

        Raises
        ------
        NotFoundError
            If the tenant has no such run.
        """
        if database.is_narrowed:
            return await limits_of_run(database, tenant, run)
        portfolio = (await finished_run(database, tenant, run)).record.portfolio_id
        # Looked up before the question: what is changed while it is answered makes the answer old.
        change, until = self._changes.get((tenant, portfolio), 0), self._clock() + self._seconds
        read = self._read.get((tenant, run))
        if read is not None and read.change == change and self._clock() < read.until:
            return read.known
        known = await limits_of_run(database, tenant, run)
        self._read[tenant, run] = _Read(known, change, until)
        return known
