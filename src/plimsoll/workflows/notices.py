"""Which people are told of an event: a message for each channel, put down with the event itself."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import channel_messages, channels
from plimsoll.data.store.alerts import Severity
from plimsoll.data.store.channels import ChannelRecord
from plimsoll.data.store.jobs import JobKind
from plimsoll.workflows.cron import time_zone
from plimsoll.workflows.jobs import enqueue
from plimsoll.workflows.notification_rules import is_told, told_at
from plimsoll.workflows.quiet_hours import QuietHours

__all__ = ["message_key", "parsed_hours", "put_down", "quiet_hours", "severity_of"]


def message_key(message_id: UUID) -> str:
    """Return the key of the jobs of a message."""
    return f"message/{message_id}"


def severity_of(data: Mapping[str, Any]) -> Severity:
    """Return how bad an event is; what has no severity is for information."""
    held = data.get("severity")
    return Severity(held) if held in set(Severity) else Severity.INFO


def quiet_hours(channel: ChannelRecord) -> QuietHours | None:
    """Return the quiet hours of a channel.

    Raises
    ------
    UsageError
        If they make no sense.
    """
    held = channel.quiet_hours
    return None if held is None else parsed_hours(held)


def parsed_hours(held: Mapping[str, str]) -> QuietHours:
    """Return quiet hours as they are stored.

    Raises
    ------
    UsageError
        If they make no sense.
    """
    start, end = (dt.time.fromisoformat(held[name]) for name in ("start", "end"))
    return QuietHours(start, end, time_zone(held["time_zone"]))


async def put_down(
    session: AsyncSession, event_id: UUID, kind: str, data: Mapping[str, Any], at: dt.datetime
) -> None:
    """Put down a message for each channel that tells of an event.

    Parameters
    ----------
    session
        The transaction in which it happens.
    event_id, kind, data
        What happened.
    at
        Now.
    """
    severity, action = severity_of(data), data.get("action")
    for channel in await channels.in_use(session):
        if not is_told(kind, severity, action, kinds=channel.kinds, minimum=channel.minimum_severity):
            continue
        quiet = quiet_hours(channel)
        delay = channel.escalate_after_minutes
        escalated = delay is not None and kind.startswith("alert.")
        due = at + dt.timedelta(minutes=delay or 0) if escalated else told_at(quiet, severity, at)
        message = await channel_messages.add(
            session,
            channel_id=channel.id,
            event_id=event_id,
            urgent=severity is Severity.CRITICAL and quiet is not None,
            put_off=due > at,
        )
        await enqueue(
            session,
            JobKind.ESCALATE if escalated else JobKind.NOTIFY,
            {"message": str(message)},
            created_by="plimsoll",
            key=message_key(message),
            run_at=due if due > at else None,
        )
