"""Jobs as messages."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

from plimsoll.data.store.jobs import JobRecord, JobStatus
from plimsoll.services.risk_api.jobs.messages import accepted, job_message

BEGUN = dt.datetime(2026, 6, 30, 7, 0, tzinfo=dt.UTC)
RECORD = JobRecord(
    id=UUID(int=1),
    kind="risk-run",
    arguments={"portfolio_id": str(UUID(int=2))},
    key=None,
    status=JobStatus.RUNNING,
    run_at=BEGUN,
    created_at=BEGUN,
    created_by="me",
    started_at=BEGUN,
    finished_at=None,
    attempts=1,
    failures=0,
    deaths=0,
    progress_done=2,
    progress_total=8,
    progress_message="cube",
    progressed_at=BEGUN + dt.timedelta(seconds=10),
    reason=None,
    result=None,
    version=3,
)


def test_the_end_is_estimated_from_the_progress() -> None:
    """A quarter in ten seconds makes forty; without progress, or when it is over, nothing is said."""
    assert job_message(RECORD).estimated_finish == BEGUN + dt.timedelta(seconds=40)
    for nothing in (
        {"progress_done": 0},
        {"progress_total": None},
        {"progressed_at": None},
        {"status": JobStatus.QUEUED},
        {"status": JobStatus.SUCCEEDED},
    ):
        assert job_message(replace(RECORD, **nothing)).estimated_finish is None


def test_a_result_is_linked() -> None:
    """A risk run that was made is a path; other results have none."""
    made = replace(RECORD, status=JobStatus.SUCCEEDED, result={"risk_run": "r"})
    assert job_message(made).result_url == "/api/v1/risk-runs/r"
    assert job_message(replace(made, result={"dropped": 3})).result_url is None
    assert job_message(replace(RECORD, arguments={})).portfolio_id is None


def test_work_that_is_put_down_says_where_it_is() -> None:
    """The answer is 202 with the path of the job and the tag of its version."""
    answer = accepted(RECORD)
    assert (answer.status_code, answer.headers["etag"]) == (202, '"3"')
    assert answer.headers["location"] == f"/api/v1/jobs/{RECORD.id}"
