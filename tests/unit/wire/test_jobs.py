"""The messages about jobs."""

from plimsoll.data.store.jobs import JobStatus as StoredStatus
from plimsoll.wire.jobs import Backfill, Job, JobPage, JobProgress, JobStatus
from wire_examples import survives


def test_examples_are_valid() -> None:
    """Each example of the document is a message."""
    assert survives(Job)
    assert survives(Backfill)
    assert survives(JobProgress)
    assert survives(JobPage)


def test_states_are_those_of_the_store() -> None:
    """The contract names every state that a job may have."""
    assert [state.value for state in JobStatus] == [state.value for state in StoredStatus]
