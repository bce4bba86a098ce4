"""What is told of a job that ends, in the transaction in which it ends."""

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.alerts import AlertKind, Severity
from plimsoll.data.store.jobs import JobKind, JobRecord, JobStatus
from plimsoll.workflows.alerts import raise_alert
from plimsoll.workflows.events import EventKind, publish

__all__ = ["tell"]

# Of messages nothing is told: a message that fails would make a message that fails.
_TOLD = frozenset({JobKind.RISK_RUN, JobKind.BACKFILL})


async def tell(session: AsyncSession, job: JobRecord | None) -> None:
    """Publish how a calculation has ended, and raise an alert where somebody has to look at it.

    Parameters
    ----------
    session
        The transaction that ends the job.
    job
        As it then is; None, or one that is to be tried again, is not told.
    """
    if job is None or job.kind not in _TOLD:
        return
    if job.status is JobStatus.SUCCEEDED:
        await publish(session, EventKind.JOB_FINISHED, job.id, _data(job))
    elif job.status in (JobStatus.FAILED, JobStatus.PARKED):
        await publish(session, EventKind.JOB_FAILED, job.id, _data(job))
    if job.status is JobStatus.PARKED:
        await raise_alert(
            session,
            key=f"job/{job.id}",
            kind=AlertKind.SYSTEM,
            severity=Severity.WARNING,
            title=f"A job was given up: {job.kind}",
            detail=job.reason or "",
            subject=job.id,
        )


def _data(job: JobRecord) -> dict[str, object]:
    return {
        "kind": job.kind,
        "status": job.status,
        "portfolio_id": job.arguments.get("portfolio_id"),
        "reason": job.reason,
        "result": job.result,
    }
