"""Events: what happened, told to streams, webhooks and notifications if and only if it was committed."""

import datetime as dt
import math
from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import events, webhooks
from plimsoll.data.store.jobs import JobKind
from plimsoll.data.text import clean
from plimsoll.workflows.jobs import enqueue
from plimsoll.workflows.notices import put_down

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
    told = _plain(data)
    event_id = await events.append(session, kind=kind, subject=subject, data=told)
    for delivery in await webhooks.queue(session, event_id, kind):
        await enqueue(session, JobKind.WEBHOOK, {"delivery": str(delivery)}, created_by="plimsoll")
    await put_down(session, event_id, kind, told, dt.datetime.now(dt.UTC))
    return event_id


def _plain(value: Any) -> Any:
    """Return the value as JSON and PostgreSQL can keep it."""
    if isinstance(value, Mapping):
        return {clean(str(name)): _plain(held) for name, held in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(held) for held in value]
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dt.date):  # a datetime is one too
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int) else clean(str(value))
