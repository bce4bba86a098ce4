"""The daily clean-up of a tenant: what has served its time is dropped."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import idempotency, jobs
from plimsoll.data.store.events import settle
from plimsoll.data.store.jobs import JobKind
from plimsoll.data.store.retention import forget_told
from plimsoll.workflows.account_clean_up import forget_old
from plimsoll.workflows.job_run import JobRun
from plimsoll.workflows.jobs import enqueue

__all__ = ["clean_up", "ensure_clean_up"]

_EVERY = dt.timedelta(days=1)
_KEYS = dt.timedelta(hours=24)
_JOBS = dt.timedelta(days=30)
_EVENTS = dt.timedelta(days=90)
_NAME = "clean-up"


async def ensure_clean_up(session: AsyncSession) -> None:
    """See to it that the tenant is cleaned up once a day from now on; nothing changes if it is.

    Parameters
    ----------
    session
        An open transaction of the tenant; whoever opened it commits.
    """
    await enqueue(session, JobKind.CLEAN_UP, {}, created_by=_NAME, key=_NAME)


async def clean_up(run: JobRun) -> Mapping[str, Any]:
    """Drop what has served its time, and come again tomorrow.

    Idempotency keys are kept for a day, jobs for 30 days, events and what was sent of them for 90. Secrets
    are sealed anew then as well, where that is due.

    Parameters
    ----------
    run
        Takes no arguments.
    """
    now = dt.datetime.now(dt.UTC)
    async with run.database.session(run.tenant) as session:
        await settle(session)  # where nobody reads events, none has a position yet
    async with run.database.session(run.tenant) as session:
        dropped = {
            "idempotency_keys": await idempotency.forget(session, now - _KEYS),
            "jobs": await jobs.forget(session, now - _JOBS),
            "events": await forget_told(session, now - _EVENTS),
            "accounts": await forget_old(session, now),
        }
        await run.complete(session, dropped)
        await enqueue(session, JobKind.RESEAL, {}, created_by=_NAME, key="reseal")
        # The key is free only now that this job has ended.
        await enqueue(session, JobKind.CLEAN_UP, {}, created_by=_NAME, key=_NAME, run_at=now + _EVERY)
    return dropped
