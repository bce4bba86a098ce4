"""History back-fill: a risk run of a portfolio for each trading date of the past that has none yet."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import job_steps, portfolios, price_sets, runs
from plimsoll.data.store.jobs import JobKind, JobRecord
from plimsoll.data.store.runs import RunRecord
from plimsoll.errors import ConflictError, DataError, NotFoundError, UsageError
from plimsoll.workflows.job_run import JobCancelledError, JobRun
from plimsoll.workflows.jobs import enqueue
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.request_document import from_document, to_document
from plimsoll.workflows.runs import start_run

__all__ = ["backfill", "enqueue_backfill"]

_LONGEST = dt.timedelta(days=20 * 366)
_REASONS = 5  # failed dates that are told with their reason


async def enqueue_backfill(
    session: AsyncSession,
    *,
    portfolio_id: UUID,
    first_date: dt.date,
    last_date: dt.date,
    price_set_id: UUID | None = None,
    request: ReportRequest,
    created_by: str,
) -> JobRecord:
    """Put down risk runs of a portfolio for the trading dates from one date to another.

    Parameters
    ----------
    session
        An open transaction of the tenant; whoever opened it commits.
    portfolio_id
        Its positions of each date go in, as they are known now.
    first_date, last_date
        Both included.
    price_set_id
        Its dates are the trading dates; None for the latest price set now.
    request
        The options of each run; its date does not count.
    created_by
        Name of who asks.

    Raises
    ------
    NotFoundError
        If there is no such portfolio or price set.
    ConflictError
        If the portfolio is archived.
    UsageError
        If the dates are in the wrong order or too far apart.
    """
    if not dt.timedelta(0) <= last_date - first_date <= _LONGEST:
        remedy = "Give the earlier date first, and at most twenty years."
        raise UsageError("the range of dates makes no sense", remedy=remedy)
    if (await portfolios.get(session, portfolio_id)).archived_at is not None:
        raise ConflictError("the portfolio is archived", remedy="Its finished runs stay readable.")
    latest = price_sets.latest(session) if price_set_id is None else price_sets.get(session, price_set_id)
    arguments = {
        "portfolio_id": str(portfolio_id),
        "price_set_id": str((await latest).id),
        "first_date": first_date.isoformat(),
        "last_date": last_date.isoformat(),
        "request": to_document(replace(request, as_of=None)),
    }
    return await enqueue(session, JobKind.BACKFILL, arguments, created_by=created_by)


async def backfill(run: JobRun) -> Mapping[str, Any]:
    """Make the runs of a back-fill that are not there yet, oldest first, each of them once.

    A run is stored in the transaction that notes the progress of the attempt, so that two attempts at the job
    never make the same one. Runs of the past open no breaches: they use positions as they were known when the
    job was put down, and what was known once says nothing about limits now.

    Parameters
    ----------
    run
        With the arguments of :func:`enqueue_backfill`.

    Returns
    -------
    dict
        How many runs were ``made``, were ``there`` before, ``failed``, or had no positions (``without``), and
        the ``reasons`` of the first failures by date.
    """
    dates, there = await _plan(run)
    found: Counter[str] = Counter(there=len(there))
    reasons: dict[str, str] = {}
    for done, date in enumerate(dates):
        await run.progress(done, len(dates), date.isoformat())
        if date in there:
            continue
        try:
            await _run_of(run, date, done, len(dates))
            found["made"] += 1
        except NotFoundError:
            found["without"] += 1
        except DataError as error:
            found["failed"] += 1
            if len(reasons) < _REASONS:
                reasons[date.isoformat()] = error.message
    return {name: found[name] for name in ("made", "there", "without", "failed")} | {"reasons": reasons}


async def _plan(run: JobRun) -> tuple[list[dt.date], set[dt.date]]:
    """Return the trading dates of the range, and those of them that have such a run."""
    first, last = (dt.date.fromisoformat(run.arguments[name]) for name in ("first_date", "last_date"))
    async with run.database.session(run.tenant) as session:
        table = await price_sets.load(session, UUID(run.arguments["price_set_id"]))
        there = await runs.dates_of(
            session, UUID(run.arguments["portfolio_id"]), run.arguments["request"], first=first, last=last
        )
    dates = [date for date in table.dates.astype(object) if first <= date <= last]
    return dates, there & set(dates)


async def _run_of(run: JobRun, date: dt.date, done: int, total: int) -> None:
    async def note(session: AsyncSession, _: RunRecord) -> None:
        noted = await job_steps.note_progress(
            session, run.job, done=done + 1, total=total, message=date.isoformat()
        )
        if noted is None:
            raise JobCancelledError

    await start_run(
        run.database,
        run.tenant,
        portfolio_id=UUID(run.arguments["portfolio_id"]),
        price_set_id=UUID(run.arguments["price_set_id"]),
        request=replace(from_document(run.arguments["request"]), as_of=date),
        known_at=run.job.created_at,
        created_by=run.job.created_by,
        also=note,
    )
