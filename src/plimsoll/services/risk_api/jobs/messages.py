"""Stored jobs as messages."""

import datetime as dt
from uuid import UUID

from starlette.responses import Response

from plimsoll.data.store.jobs import JobRecord, JobStatus
from plimsoll.services.risk_api.answers import answer
from plimsoll.services.risk_api.routes import API_PREFIX
from plimsoll.wire.jobs import Job, JobProgress

__all__ = ["accepted", "job_message"]


def job_message(record: JobRecord) -> Job:
    """Return a job.

    Parameters
    ----------
    record
        As stored.
    """
    progress = JobProgress(
        done=record.progress_done, total=record.progress_total, message=record.progress_message
    )
    portfolio = record.arguments.get("portfolio_id")
    names = Job.model_fields.keys() - {"portfolio_id", "progress", "estimated_finish", "result_url"}
    return Job.model_validate(
        {
            **{name: getattr(record, name) for name in names},
            "portfolio_id": None if portfolio is None else UUID(portfolio),
            "progress": progress,
            "estimated_finish": _estimated_finish(record),
            "result_url": _result_url(record),
        }
    )


def accepted(record: JobRecord) -> Response:
    """Return the answer 202: the work is put down, and the job says what becomes of it.

    Parameters
    ----------
    record
        The job.
    """
    made = answer(job_message(record), tag=record.version, status=202)
    made.headers["Location"] = f"{API_PREFIX}/jobs/{record.id}"
    return made


def _estimated_finish(record: JobRecord) -> dt.datetime | None:
    """Return when a job will be through if it goes on as it has so far; nothing but the record counts."""
    done, total = record.progress_done, record.progress_total
    begun, noted = record.started_at, record.progressed_at
    if record.status is not JobStatus.RUNNING or not total or not done or begun is None or noted is None:
        return None
    return begun + (noted - begun) * (total / done)


def _result_url(record: JobRecord) -> str | None:
    run = (record.result or {}).get("risk_run")
    return None if run is None else f"{API_PREFIX}/risk-runs/{run}"
