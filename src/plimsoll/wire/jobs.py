"""Jobs: work that is done later, and what became of it."""

import datetime as dt
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import WireModel, example
from plimsoll.wire.page import Page
from plimsoll.wire.risk_runs import RunOptions

__all__ = ["Backfill", "Job", "JobPage", "JobProgress", "JobStatus"]


class JobStatus(StrEnum):
    """How far it is; a failed one would fail again, a parked one has failed too often to be tried again."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    PARKED = "parked"
    CANCELLED = "cancelled"


_JOB: dict[str, Any] = {
    "id": "0197a3c2-8d51-7074-9c31-9e4f2061ad85",
    "kind": "risk-run",
    "status": "running",
    "portfolio_id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "progress": {"done": 3, "total": 6, "message": "cube"},
    "run_at": "2026-06-30T07:10:00.000000Z",
    "created_at": "2026-06-30T07:10:00.000000Z",
    "created_by": "local",
    "started_at": "2026-06-30T07:10:00.120000Z",
    "finished_at": None,
    "estimated_finish": "2026-06-30T07:10:04.360000Z",
    "attempts": 1,
    "reason": None,
    "result": None,
    "result_url": None,
}


class JobProgress(WireModel):
    """How much of how much a job has done."""

    model_config = example(_JOB["progress"])

    done: int = Field(ge=0)
    total: int | None = Field(description="Null while it is unknown")
    message: str = Field(description="What it is at")


class Job(WireModel):
    """A job."""

    model_config = example(_JOB)

    id: UUID
    kind: str = Field(description="What it does; more kinds may come")
    status: JobStatus
    portfolio_id: UUID | None = Field(description="What it is about; null where that is no portfolio")
    progress: JobProgress
    run_at: AwareDatetime = Field(description="It does not begin before this instant")
    created_at: AwareDatetime
    created_by: str
    started_at: AwareDatetime | None = Field(description="When the last attempt began")
    finished_at: AwareDatetime | None
    estimated_finish: AwareDatetime | None = Field(
        description="If it goes on as it has; null where nothing can be said"
    )
    attempts: int = Field(ge=0)
    reason: str | None = Field(description="Why it did not succeed, or why the last attempt did not")
    result: dict[str, Any] | None = Field(description="Null until it succeeds")
    result_url: str | None = Field(description="Path of what it has made; null where there is no such thing")


class Backfill(WireModel):
    """Risk runs of the past to be made, one for each trading date that has none with the same options."""

    model_config = example(
        {"first_date": "2022-01-03", "last_date": "2022-12-28", "options": {"confidence": 0.99, "days": 500}}
    )

    first_date: dt.date
    last_date: dt.date = Field(description="Included")
    price_set_id: UUID | None = Field(default=None, description="Null for the latest price set")
    options: RunOptions = Field(default=RunOptions(), description="Of each run; their date does not count")


class JobPage(Page[Job]):
    """One page of jobs."""

    model_config = example({"items": [_JOB], "next": None})
