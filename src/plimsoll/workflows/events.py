"""Events: what happened, told to streams, webhooks and notifications if and only if it was committed."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import events, webhooks
from plimsoll.data.store.jobs import JobKind
from plimsoll.data.store.narrowing import whole_tenant
from plimsoll.workflows.jobs import enqueue
from plimsoll.workflows.notices import put_down
from plimsoll.workflows.plain_values import plain

__all__ = ["EventKind", "publish"]


class EventKind(StrEnum):
    """What may happen, as ``thing.what``; a kind never changes its meaning.

    Examples
    --------
    >>> EventKind.ALERT_RAISED.value
    'alert.raised'
    """

    ALERT_CHANGED = "alert.changed"
    ALERT_RAISED = "alert.raised"
    BREACH_CLOSED = "breach.closed"
    BREACH_OPENED = "breach.opened"
    BREACH_UPDATED = "breach.updated"
    JOB_FAILED = "job.failed"
    JOB_FINISHED = "job.finished"
    LIMIT_CHANGED = "limit.changed"
    RISK_RUN_FINISHED = "risk_run.finished"


async def publish(session: AsyncSession, kind: EventKind, subject: UUID, data: Mapping[str, Any]) -> UUID:
    """Say what happened, in the transaction in which it happens.

    Parameters
    ----------
    session
        An open transaction of the tenant; whoever opened it commits, and only then anybody is told.
    kind
        What happened.
    subject
        To what: the id of a run, a breach, an alert.
    data
        What readers need to know. Ids, dates and enumerations become texts, numbers that are not finite
        become null. ``portfolio_id``, where there is one, is what readers choose by.

    Returns
    -------
    UUID
        The id of the event, by which whoever is told twice recognises it.
    """
    told = plain(data)
    async with whole_tenant(session):  # its webhooks and channels are told, whatever the caller sees
        event_id = await events.append(session, kind=kind, subject=subject, data=told)
        for delivery in await webhooks.queue(session, event_id, kind):
            await enqueue(session, JobKind.WEBHOOK, {"delivery": str(delivery)}, created_by="plimsoll")
        await put_down(session, event_id, kind, told, dt.datetime.now(dt.UTC))
    return event_id
