"""The handlers of the kinds of jobs."""

from plimsoll.data.store.jobs import JobKind
from plimsoll.workflows.job_kinds import HANDLERS


def test_handlers_belong_to_kinds() -> None:
    """Each handler is found under a kind, and risk runs have one."""
    assert set(HANDLERS) <= set(JobKind)
    assert JobKind.RISK_RUN in HANDLERS
    assert all(callable(handler) for handler in HANDLERS.values())
