"""Channels: made, changed, tried and removed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import channels
from plimsoll.data.store.alerts import Severity
from plimsoll.data.store.channels import ChannelRecord
from plimsoll.data.store.database import Database
from plimsoll.data.store.models import new_id
from plimsoll.errors import UnavailableError, UsageError
from plimsoll.security.sealing import Sealer
from plimsoll.workflows.events import EventKind
from plimsoll.workflows.messenger import Message, send
from plimsoll.workflows.notices import parsed_hours
from plimsoll.workflows.outward import Outward

__all__ = ["add_channel", "change_channel", "opened_url", "remove_channel", "try_channel"]

_TRIED = Message("Plimsoll", "This is a test: alerts will come this way.", Severity.INFO)


async def add_channel(
    session: AsyncSession,
    *,
    name: str,
    url: str,
    scheme: str,
    kinds: Sequence[str],
    minimum_severity: Severity,
    quiet_hours: Mapping[str, str] | None,
    escalate_after_minutes: int | None,
    enabled: bool,
    sealer: Sealer,
    created_by: str,
) -> ChannelRecord:
    """Store a channel; its URL is sealed and never shown again.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    url, scheme
        As :func:`plimsoll.workflows.messenger.check_channel_url` has found them usable.
    sealer
        Keeps the URL.
    name, kinds, minimum_severity, quiet_hours, escalate_after_minutes, enabled, created_by
        See :class:`ChannelRecord`.

    Raises
    ------
    UsageError
        If a kind of event, a time or a time zone does not exist.
    """
    _check(kinds, quiet_hours)
    channel_id = new_id()
    return await channels.add(
        session,
        channel_id,
        name=name,
        scheme=scheme,
        url=sealer.seal(url, _place(channel_id)),
        kinds=list(dict.fromkeys(kinds)),
        minimum_severity=minimum_severity,
        quiet_hours=None if quiet_hours is None else dict(quiet_hours),
        escalate_after_minutes=escalate_after_minutes,
        enabled=enabled,
        created_by=created_by,
    )


async def change_channel(
    session: AsyncSession, channel_id: UUID, *, expected_version: int, changes: Mapping[str, Any]
) -> ChannelRecord:
    """Change a channel; what is on its way already goes by the new quiet hours only if it is put off again.

    Parameters
    ----------
    session, channel_id
        An open transaction of the tenant, and which.
    expected_version
        That the caller has seen.
    changes
        By field of :class:`ChannelRecord`.

    Raises
    ------
    NotFoundError
        If there is no such channel.
    PreconditionError
        If it has changed since `expected_version`.
    UsageError
        If a kind of event, a time or a time zone does not exist.
    """
    _check(changes.get("kinds", ()), changes.get("quiet_hours"))
    return await channels.change(session, channel_id, expected_version=expected_version, changes=changes)


async def remove_channel(
    session: AsyncSession, channel_id: UUID, *, expected_version: int, at: dt.datetime
) -> None:
    """Tell nobody more through a channel and forget its URL.

    Raises
    ------
    NotFoundError
        If there is no such channel.
    PreconditionError
        If it has changed since `expected_version`.
    """
    changes = {"removed_at": at, "url": b""}
    await channels.change(session, channel_id, expected_version=expected_version, changes=changes)


async def try_channel(database: Database, tenant: UUID, channel_id: UUID, outward: Outward) -> str | None:
    """Send a message through a channel at once, and return why that failed; None if it was taken.

    Parameters
    ----------
    database, tenant, channel_id
        Which channel; one that is not in use can be tried.
    outward
        How it is reached.

    Raises
    ------
    NotFoundError
        If there is no such channel.
    """
    async with database.session(tenant) as session:
        channel = await channels.get(session, channel_id)
        url = opened_url(channel, await outward.sealers.of(session))
    try:
        await send(url, _TRIED, outward)
    except UnavailableError as error:
        return error.message
    return None


def opened_url(channel: ChannelRecord, sealer: Sealer) -> str:
    """Return the URL of a channel.

    Raises
    ------
    UnavailableError
        If it was sealed with another key.
    """
    return sealer.open(channel.url, _place(channel.id))


def _place(channel_id: UUID) -> str:
    return f"channels|url|{channel_id}"


def _check(kinds: Sequence[str], quiet_hours: Mapping[str, str] | None) -> None:
    if not set(kinds) <= set(EventKind):
        remedy = f"There are {', '.join(sorted(EventKind))}."
        raise UsageError("there is no such kind of event", remedy=remedy)
    if quiet_hours is not None:
        parsed_hours(quiet_hours)
