"""Channels: made, listed, changed, tried, removed."""

import asyncio
from typing import Annotated
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store import channels
from plimsoll.data.store.alerts import Severity
from plimsoll.data.store.channels import ChannelRecord
from plimsoll.security.audit_actions import AuditAction
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import answer, created
from plimsoll.services.risk_api.auditing import Audit
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.etags import ExpectedVersion, etag, not_modified
from plimsoll.services.risk_api.idempotency import Once
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.responses import UNCHANGED
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.channels import Channel, ChannelChanges, ChannelPage, ChannelTrial, NewChannel
from plimsoll.workflows import channels as workflow
from plimsoll.workflows.messenger import check_channel_url

__all__ = [
    "change_channel",
    "create_channel",
    "get_channel",
    "list_channels",
    "remove_channel",
    "router",
    "try_channel",
]

router = ApiRouter("channels")

_Reader = Annotated[Principal, Require[Permission.CHANNELS_READ]]
_Writer = Annotated[Principal, Require[Permission.CHANNELS_WRITE]]
_CLEARED = frozenset({"quiet_hours", "escalate_after_minutes"})  # null means something in them


@router.post("", status_code=201, response_model=Channel)
async def create_channel(
    new: NewChannel, once: Once, context: Context, caller: _Writer, audit: Audit
) -> Response:
    """Create a channel; its URL is kept sealed and never shown again."""
    scheme = await asyncio.to_thread(check_channel_url, new.url, context.outward.egress)

    async def make(session: AsyncSession) -> Response:
        record = await workflow.add_channel(
            session,
            name=new.name,
            url=new.url,
            scheme=scheme,
            kinds=new.kinds,
            minimum_severity=Severity(new.minimum_severity),
            quiet_hours=None if new.quiet_hours is None else new.quiet_hours.model_dump(),
            escalate_after_minutes=new.escalate_after_minutes,
            enabled=new.enabled,
            sealer=await context.sealers.of(session),
            created_by=caller.id,
        )
        await audit(session, AuditAction.CHANNEL_CREATED, record.id, name=new.name, scheme=scheme)
        message = Channel.model_validate(record)
        return created(message, location=f"{router.prefix}/{record.id}", tag=record.version)

    return await once(make)


@router.get("")
async def list_channels(context: Context, caller: _Reader, paging: Paging) -> ChannelPage:
    """List channels, oldest first."""
    async with context.database.session(caller.tenant) as session:
        found = await channels.page(session, after=paging.after, limit=paging.probe)
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return ChannelPage(items=tuple(map(Channel.model_validate, shown)), next=following)


@router.get("/{channel_id}", response_model=Channel, responses=UNCHANGED)
async def get_channel(channel_id: UUID, context: Context, caller: _Reader, request: Request) -> Response:
    """Read a channel."""
    async with context.database.session(caller.tenant) as session:
        record = await channels.get(session, channel_id)
    return not_modified(request, etag(record.version)) or _channel(record)


@router.patch("/{channel_id}", response_model=Channel)
async def change_channel(
    channel_id: UUID,
    changes: ChannelChanges,
    version: ExpectedVersion,
    context: Context,
    caller: _Writer,
    audit: Audit,
) -> Response:
    """Change a channel, or take it out of use, unless it was changed meanwhile."""
    given = changes.model_dump(exclude_unset=True)
    wanted = {name: value for name, value in given.items() if value is not None or name in _CLEARED}
    async with context.database.session(caller.tenant) as session:
        record = await workflow.change_channel(session, channel_id, expected_version=version, changes=wanted)
        await audit(session, AuditAction.CHANNEL_CHANGED, channel_id, **given)
    return _channel(record)


@router.delete("/{channel_id}", status_code=204, response_class=Response)
async def remove_channel(
    channel_id: UUID, version: ExpectedVersion, context: Context, caller: _Writer, audit: Audit
) -> Response:
    """Tell nobody more through a channel and forget its URL."""
    async with context.database.session(caller.tenant) as session:
        await workflow.remove_channel(session, channel_id, expected_version=version, at=context.clock())
        await audit(session, AuditAction.CHANNEL_REMOVED, channel_id)
    return Response(status_code=204)


@router.post("/{channel_id}/test")
async def try_channel(channel_id: UUID, context: Context, caller: _Writer, audit: Audit) -> ChannelTrial:
    """Send a message through a channel at once and say what came of it."""
    async with context.database.session(caller.tenant) as session:
        await audit(session, AuditAction.CHANNEL_TRIED, (await channels.get(session, channel_id)).id)
    reason = await workflow.try_channel(context.database, caller.tenant, channel_id, context.outward)
    return ChannelTrial(taken=reason is None, reason=reason)


def _channel(record: ChannelRecord) -> Response:
    return answer(Channel.model_validate(record), tag=record.version)
