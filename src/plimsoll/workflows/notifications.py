"""Jobs that tell people: one message at once, or what was too much in a digest; or only if nobody cares."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import alerts, channel_messages, channels
from plimsoll.data.store.alerts import Severity
from plimsoll.data.store.channel_messages import ChannelMessage, MessageStatus
from plimsoll.data.store.channels import ChannelRecord
from plimsoll.data.store.jobs import JobKind
from plimsoll.errors import NotFoundError
from plimsoll.workflows.alert_rules import is_quiet
from plimsoll.workflows.channels import opened_url
from plimsoll.workflows.job_run import Handler, JobRun
from plimsoll.workflows.jobs import enqueue
from plimsoll.workflows.messenger import Message, send
from plimsoll.workflows.notices import message_key, quiet_hours, severity_of
from plimsoll.workflows.notification_rules import WINDOW, free_at, told_at
from plimsoll.workflows.outward import Outward

__all__ = ["escalate", "notify_handler"]

_LISTED = 20  # events of a digest by their titles; the others are counted
_SKEW = dt.timedelta(seconds=30)  # between the clocks of the platform and of the database


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def notify_handler(outward: Outward, *, clock: Callable[[], dt.datetime] = _now) -> Handler:
    """Return what does a job of the kind NOTIFY: a message, or a digest.

    A channel may be told twice if the platform dies between its answer and that being written down.

    Parameters
    ----------
    outward
        How channels are reached.
    clock
        Says what time it is.
    """

    async def handle(run: JobRun) -> Mapping[str, Any]:
        if "digest" in run.arguments:
            return await _digest(run, outward, clock())
        return await _one(run, outward, clock())

    return handle


async def escalate(run: JobRun) -> Mapping[str, Any]:
    """Tell of an alert that is open still and that nobody has acknowledged; wait for one that is snoozed.

    Parameters
    ----------
    run
        Takes the message.
    """
    now = _now()
    async with run.database.session(run.tenant) as session:
        message = await channel_messages.get(session, UUID(run.arguments["message"]))
        channel = await _in_use(session, message.channel_id)
        alert = await alerts.get(session, message.subject)
        same = alert.opened_at <= message.published_at + _SKEW
        until = alert.snoozed_until
        asleep = until is not None and now < until and alert.status is alerts.AlertStatus.OPEN
        waits = same and asleep
        ended = channel is None or not same or (is_quiet(alert, now) and not asleep)
        if ended:
            await channel_messages.end(session, [message.id], MessageStatus.SKIPPED)
        result = {"status": "skipped" if ended else "waits" if waits else "told"}
        await run.complete(session, result)
        if channel is not None and not ended:
            due = until if waits else told_at(quiet_hours(channel), severity_of(message.data), now)
            kind = JobKind.ESCALATE if waits else JobKind.NOTIFY
            # The key is free only now that this job has ended.
            await enqueue(
                session,
                kind,
                {"message": str(message.id)},
                created_by="plimsoll",
                key=message_key(message.id),
                run_at=due,
            )
    return result


async def _one(run: JobRun, outward: Outward, now: dt.datetime) -> Mapping[str, Any]:
    """Send a message, unless it is too much or not worth it any more."""
    async with run.database.session(run.tenant) as session:
        message = await channel_messages.get(session, UUID(run.arguments["message"]))
        if message.status is not MessageStatus.PENDING:
            return {"status": message.status.value}
        channel = await _in_use(session, message.channel_id)
        if channel is None or not await _worth(session, message, now):
            await channel_messages.end(session, [message.id], MessageStatus.SKIPPED)
            return {"status": MessageStatus.SKIPPED.value}
        free = await _free_at(session, channel, message.id, now)
        if free > now or await channel_messages.held(session, channel.id, urgent=message.urgent):
            await channel_messages.hold(session, message.id)
            await _put_down_digest(session, channel, message.urgent, severity_of(message.data), free)
            return {"status": MessageStatus.HELD.value}
        await channel_messages.try_now(session, message.id, now)
        url = opened_url(channel, await outward.sealers.of(session))
    await send(url, _told(message), outward)
    async with run.database.session(run.tenant) as session:
        await channel_messages.end(session, [message.id], MessageStatus.SENT)
    return {"status": MessageStatus.SENT.value}


async def _digest(run: JobRun, outward: Outward, now: dt.datetime) -> Mapping[str, Any]:
    """Send what was too much as one message, as soon as there is room for one."""
    channel_id, urgent = UUID(run.arguments["digest"]), bool(run.arguments["urgent"])
    least = Severity.CRITICAL if urgent else Severity.INFO
    async with run.database.session(run.tenant) as session:
        channel = await _in_use(session, channel_id)
        digest = channel_id if channel is None else run.job.id
        held = await channel_messages.take_held(session, channel_id, urgent=urgent, digest=digest, at=now)
        chosen = [message.id for message in held]
        if channel is None or not held:
            await channel_messages.end(session, chosen, MessageStatus.SKIPPED)
            return {"status": MessageStatus.SKIPPED.value, "messages": len(held)}
        url = opened_url(channel, await outward.sealers.of(session))
    await send(url, _digested(held), outward)
    async with run.database.session(run.tenant) as session:
        await _in_use(session, channel_id)  # nobody holds another message meanwhile
        await channel_messages.end(session, chosen, MessageStatus.SENT)
        result = {"status": MessageStatus.SENT.value, "messages": len(held)}
        await run.complete(session, result)
        if await channel_messages.held(session, channel_id, urgent=urgent):
            free = await _free_at(session, channel, channel_id, now)
            await _put_down_digest(session, channel, urgent, least, free)
    return result


async def _in_use(session: AsyncSession, channel_id: UUID) -> ChannelRecord | None:
    """Return a channel, locked; None if it is not in use any more."""
    try:
        channel = await channels.get(session, channel_id, lock=True)
    except NotFoundError:
        return None
    return channel if channel.enabled else None


async def _free_at(
    session: AsyncSession, channel: ChannelRecord, without: UUID, now: dt.datetime
) -> dt.datetime:
    sent = await channel_messages.tried_since(session, channel.id, now - WINDOW, without=without)
    return free_at(sent, now)


async def _put_down_digest(
    session: AsyncSession, channel: ChannelRecord, urgent: bool, severity: Severity, free: dt.datetime
) -> None:
    await enqueue(
        session,
        JobKind.NOTIFY,
        {"digest": str(channel.id), "urgent": urgent},
        created_by="plimsoll",
        key=f"digest/{channel.id}/{'urgent' if urgent else 'other'}",
        run_at=told_at(quiet_hours(channel), severity, free),
    )


async def _worth(session: AsyncSession, message: ChannelMessage, now: dt.datetime) -> bool:
    """Return whether a message that was put off is about something that still wants attention."""
    if not message.put_off or not message.kind.startswith("alert."):
        return True
    return not is_quiet(await alerts.get(session, message.subject), now)


def _told(message: ChannelMessage) -> Message:
    """Return an event in words."""
    severity, data = severity_of(message.data), message.data
    title = f"[{severity.value}] {data.get('title') or message.kind}"
    if message.kind == "alert.changed":
        title += f" ({data.get('action')})"
    lines = (str(data.get("detail") or data.get("reason") or ""), f"{message.kind} {message.subject}")
    return Message(title, "\n".join(line for line in lines if line), severity)


def _digested(held: Sequence[ChannelMessage]) -> Message:
    """Return many events in the words of one message."""
    worst = max((severity_of(message.data) for message in held), key=lambda severity: severity.rank)
    counts = Counter(severity_of(message.data).value for message in held)
    summary = ", ".join(
        f"{counts[severity]} {severity}" for severity in reversed(Severity) if severity in counts
    )
    lines = [_told(message).title for message in held[:_LISTED]]
    if len(held) > _LISTED:
        lines.append(f"and {len(held) - _LISTED} more: plimsoll alerts list")
    return Message(f"[{worst.value}] {len(held)} more messages: {summary}", "\n".join(lines), worst)
