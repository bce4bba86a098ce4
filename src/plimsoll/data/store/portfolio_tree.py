"""The tree of portfolios at one glance: each with its last run and its open breaches."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import portfolios, runs
from plimsoll.data.store.breach_rows import BreachRow
from plimsoll.data.store.breaches import BreachStatus
from plimsoll.data.store.models import PortfolioRow, RunRow
from plimsoll.data.store.portfolios import PortfolioRecord
from plimsoll.data.store.runs import RunRecord
from plimsoll.errors import UsageError

__all__ = ["Branch", "tree"]

_MOST = 10_000  # portfolios in one answer


@dataclass(frozen=True, slots=True)
class Branch:
    """A portfolio in its place.

    Parameters
    ----------
    portfolio
        As stored.
    depth
        How many are above it; 0 at the top.
    last_run
        Its run of the latest date; of several, the one made last. None if it has none.
    open_breaches
        How many breaches of its limits are not closed.
    """

    portfolio: PortfolioRecord
    depth: int
    last_run: RunRecord | None
    open_breaches: int


async def tree(session: AsyncSession, *, include_archived: bool = False) -> list[Branch]:
    """Return all portfolios, each after the one above it and before its next sibling by name.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    include_archived
        Whether archived ones are there as well.

    Raises
    ------
    UsageError
        If there are more than 10,000.
    """
    found = await portfolios.page(session, after=None, limit=_MOST + 1, include_archived=include_archived)
    if len(found) > _MOST:
        remedy = "List them by pages, and ask for the runs of those that matter."
        raise UsageError(f"there are more than {_MOST:,} portfolios", remedy=remedy)
    last, breaches = await _last_runs(session), await _open_breaches(session)
    return [Branch(one, depth, last.get(one.id), breaches.get(one.id, 0)) for one, depth in _top_down(found)]


async def _last_runs(session: AsyncSession) -> dict[UUID, RunRecord]:
    run = (
        select(RunRow.id)
        .where(RunRow.portfolio_id == PortfolioRow.id)
        .order_by(RunRow.as_of.desc(), RunRow.id.desc())
        .limit(1)
        .lateral("run")
    )
    wanted = select(run.c.id).select_from(PortfolioRow).join(run, true())
    return {one.portfolio_id: one for one in await runs.find(session, wanted)}


async def _open_breaches(session: AsyncSession) -> dict[UUID, int]:
    query = (
        select(BreachRow.portfolio_id, func.count())
        .where(BreachRow.status != BreachStatus.CLOSED)
        .group_by(BreachRow.portfolio_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


def _top_down(found: Iterable[PortfolioRecord]) -> Iterator[tuple[PortfolioRecord, int]]:
    """Yield each portfolio with its depth; without recursion, for a tree may be deep.

    Who sees a part of the tree sees no portfolio above that part: it begins there.
    """
    records = sorted(found, key=lambda record: (record.name, record.id), reverse=True)
    there = {one.id for one in records}
    below: defaultdict[UUID | None, list[PortfolioRecord]] = defaultdict(list)
    for one in records:
        below[one.parent_id if one.parent_id in there else None].append(one)
    waiting = [(one, 0) for one in below[None]]
    while waiting:
        one, depth = waiting.pop()
        yield one, depth
        waiting += [(child, depth + 1) for child in below[one.id]]
