"""Jobs: list, read, cancel, try again."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store import jobs as stored
from plimsoll.data.store.jobs import JobRecord
from plimsoll.security.audit_actions import AuditAction
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import answer
from plimsoll.services.risk_api.auditing import Audit
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.etags import etag, not_modified
from plimsoll.services.risk_api.jobs.messages import job_message
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.responses import CONFLICT, UNCHANGED
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.jobs import Job, JobPage, JobStatus
from plimsoll.wire.model import Label
from plimsoll.workflows import jobs

__all__ = ["cancel_job", "get_job", "list_jobs", "retry_job", "router"]

router = ApiRouter("jobs")

_Reader = Annotated[Principal, Require[Permission.JOBS_READ]]
_Writer = Annotated[Principal, Require[Permission.JOBS_WRITE]]


@router.get("")
async def list_jobs(
    context: Context,
    caller: _Reader,
    paging: Paging,
    status: Annotated[JobStatus | None, Query(description="Only jobs in this state")] = None,
    kind: Annotated[Label | None, Query(description="Only jobs of this kind", examples=["risk-run"])] = None,
) -> JobPage:
    """List jobs, the last one first."""
    found = await jobs.page(
        context.database,
        caller.tenant,
        after=paging.after,
        limit=paging.probe,
        statuses=() if status is None else (stored.JobStatus(status),),
        kinds=() if kind is None else (kind,),
    )
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return JobPage(items=tuple(map(job_message, shown)), next=following)


@router.get("/{job_id}", response_model=Job, responses=UNCHANGED)
async def get_job(job_id: UUID, context: Context, caller: _Reader, request: Request) -> Response:
    """Read a job: how far it is, why it failed, where its result is."""
    record = await jobs.get(context.database, caller.tenant, job_id)
    known = not_modified(request, etag(record.version))
    return known or answer(job_message(record), tag=record.version)


@router.post("/{job_id}/cancel", response_model=Job, responses=CONFLICT)
async def cancel_job(job_id: UUID, context: Context, caller: _Writer, audit: Audit) -> Response:
    """Cancel a job at once, however far it is; a cancelled one stays so. Nothing of it is kept."""
    # Its version counts every step of its progress: nobody could name it in If-Match in time.

    async def also(session: AsyncSession, job: JobRecord) -> None:
        await audit(session, AuditAction.JOB_CANCELLED, job_id, kind=job.kind)

    record = await jobs.cancel(context.database, caller.tenant, job_id, also=also)
    return answer(job_message(record), tag=record.version)


@router.post("/{job_id}/retry", response_model=Job, responses=CONFLICT)
async def retry_job(job_id: UUID, context: Context, caller: _Writer, audit: Audit) -> Response:
    """Try a job again that failed, was parked or was cancelled."""

    async def also(session: AsyncSession, job: JobRecord) -> None:
        await audit(session, AuditAction.JOB_RETRIED, job_id, kind=job.kind)

    record = await jobs.retry(context.database, caller.tenant, job_id, also=also)
    return answer(job_message(record), tag=record.version)
