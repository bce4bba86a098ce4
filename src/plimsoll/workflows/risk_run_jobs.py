"""Risk runs as jobs."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import portfolios, price_sets
from plimsoll.data.store.jobs import JobKind, JobRecord
from plimsoll.data.store.runs import RunRecord
from plimsoll.errors import ConflictError
from plimsoll.monitoring.stages import watched
from plimsoll.workflows.job_run import JobRun
from plimsoll.workflows.jobs import enqueue
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.request_document import from_document, to_document
from plimsoll.workflows.runs import start_run

__all__ = ["enqueue_run", "run_risk"]

_STAGES = ("inputs", "market", "scenarios", "cube", "tail", "measures", "store")


async def enqueue_run(
    session: AsyncSession,
    *,
    portfolio_id: UUID,
    price_set_id: UUID | None = None,
    request: ReportRequest,
    known_at: dt.datetime | None = None,
    created_by: str,
    key: str | None = None,
) -> JobRecord:
    """Put down a risk run; the parameters are those of :func:`plimsoll.workflows.runs.start_run`.

    Parameters
    ----------
    session
        An open transaction of the tenant; whoever opened it commits.
    portfolio_id, price_set_id, request, known_at, created_by
        Of the run; the latest prices are those when a worker begins.
    key
        See :func:`plimsoll.workflows.jobs.enqueue`.

    Raises
    ------
    NotFoundError
        If there is no such portfolio or price set.
    ConflictError
        If the portfolio is archived.
    """
    if (await portfolios.get(session, portfolio_id)).archived_at is not None:
        raise ConflictError("the portfolio is archived", remedy="Its finished runs stay readable.")
    if price_set_id is not None:
        await price_sets.get(session, price_set_id)
    arguments = {
        "portfolio_id": str(portfolio_id),
        "price_set_id": None if price_set_id is None else str(price_set_id),
        "known_at": None if known_at is None else known_at.isoformat(),
        "request": to_document(request),
    }
    return await enqueue(session, JobKind.RISK_RUN, arguments, created_by=created_by, key=key)


async def run_risk(run: JobRun) -> Mapping[str, Any]:
    """Calculate the risk run of a job; it is stored if and only if the job succeeds, and so once.

    Parameters
    ----------
    run
        With the arguments of :func:`enqueue_run`.
    """
    price_set_id, known_at = run.arguments["price_set_id"], run.arguments["known_at"]

    async def complete(session: AsyncSession, record: RunRecord) -> None:
        await run.complete(session, _result(record))

    def note(stage: str) -> None:
        if stage in _STAGES:
            run.note(_STAGES.index(stage), len(_STAGES), stage)

    with watched(note):
        record = await start_run(
            run.database,
            run.tenant,
            portfolio_id=UUID(run.arguments["portfolio_id"]),
            price_set_id=None if price_set_id is None else UUID(price_set_id),
            request=from_document(run.arguments["request"]),
            known_at=None if known_at is None else dt.datetime.fromisoformat(known_at),
            created_by=run.job.created_by,
            also=complete,
        )
    return _result(record)


def _result(record: RunRecord) -> dict[str, Any]:
    return {"risk_run": str(record.id)}
