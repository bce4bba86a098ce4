"""Back-fill: the risk runs of the past as one job."""

from typing import Annotated
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from plimsoll.data.store import portfolios
from plimsoll.security.audit_actions import AuditAction
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.auditing import Audit
from plimsoll.services.risk_api.idempotency import Once
from plimsoll.services.risk_api.jobs.messages import accepted
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.risk_runs.requests import report_request
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.jobs import Backfill, Job
from plimsoll.workflows.backfill_jobs import enqueue_backfill

__all__ = ["backfill_runs", "router"]

router = ApiRouter("portfolios")


@router.post("/{portfolio_id}/backfill", status_code=202, response_model=Job)
async def backfill_runs(
    portfolio_id: UUID,
    asked: Backfill,
    once: Once,
    caller: Annotated[Principal, Require[Permission.RUNS_START]],
    audit: Audit,
) -> Response:
    """Make the risk runs of a range of past dates that are not there yet, as a job."""

    async def put_down(session: AsyncSession) -> Response:
        portfolio = await portfolios.get(session, portfolio_id)
        job = await enqueue_backfill(
            session,
            portfolio_id=portfolio_id,
            first_date=asked.first_date,
            last_date=asked.last_date,
            price_set_id=asked.price_set_id,
            request=report_request(asked.options, base_currency=portfolio.base_currency),
            created_by=caller.id,
        )
        said = {"job": job.id, "first_date": asked.first_date, "last_date": asked.last_date}
        await audit(session, AuditAction.JOB_STARTED, portfolio_id, **said)
        return accepted(job)

    return await once(put_down)
