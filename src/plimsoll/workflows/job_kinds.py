"""Which handler does the jobs of each kind: one line for each."""

from collections.abc import Mapping
from types import MappingProxyType

from plimsoll.data.store.jobs import JobKind
from plimsoll.workflows.backfill_jobs import backfill
from plimsoll.workflows.clean_up_jobs import clean_up
from plimsoll.workflows.job_run import Handler
from plimsoll.workflows.notifications import escalate
from plimsoll.workflows.risk_run_jobs import run_risk

__all__ = ["HANDLERS"]

HANDLERS: Mapping[JobKind, Handler] = MappingProxyType(
    {
        JobKind.BACKFILL: backfill,
        JobKind.CLEAN_UP: clean_up,
        JobKind.ESCALATE: escalate,
        JobKind.RISK_RUN: run_risk,
    }
)
"""By kind of job; see :data:`plimsoll.workflows.job_run.Handler`."""
