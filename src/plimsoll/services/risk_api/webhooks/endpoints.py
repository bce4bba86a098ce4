"""Webhooks: made, listed, given new secrets, taken out of use, and delivered to once more."""

from typing import Annotated
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store import webhooks
from plimsoll.data.store.webhooks import WebhookRecord
from plimsoll.security.audit_actions import AuditAction
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import answer, created
from plimsoll.services.risk_api.auditing import Audit
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.etags import ExpectedVersion, etag, not_modified
from plimsoll.services.risk_api.idempotency import Once
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.responses import CONFLICT, UNCHANGED
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.webhooks import (
    Delivery,
    DeliveryPage,
    NewWebhook,
    Replayed,
    ReplayRange,
    Webhook,
    WebhookPage,
    WebhookWithSecret,
)
from plimsoll.workflows import webhooks as workflow

__all__ = [
    "create_webhook",
    "enable_webhook",
    "get_webhook",
    "list_deliveries",
    "list_webhooks",
    "remove_webhook",
    "replay_delivery",
    "replay_range",
    "rotate_secret",
    "router",
]

router = ApiRouter("webhooks")

_Reader = Annotated[Principal, Require[Permission.WEBHOOKS_READ]]
_Writer = Annotated[Principal, Require[Permission.WEBHOOKS_WRITE]]


@router.post("", status_code=201, response_model=WebhookWithSecret)
async def create_webhook(
    new: NewWebhook, once: Once, context: Context, caller: _Writer, audit: Audit
) -> Response:
    """Create a webhook; its secret is shown in this answer alone."""

    async def make(session: AsyncSession) -> Response:
        record, secret = await workflow.add_webhook(
            session,
            url=new.url,
            kinds=new.kinds,
            sealer=await context.sealers.of(session),
            outward=context.outward,
            created_by=caller.id,
        )
        await audit(session, AuditAction.WEBHOOK_CREATED, record.id, kinds=new.kinds)
        shown = _with_secret(record, secret)
        return created(shown, location=f"{router.prefix}/{record.id}", tag=record.version)

    return await once(make, secret=True)


@router.get("")
async def list_webhooks(context: Context, caller: _Reader, paging: Paging) -> WebhookPage:
    """List webhooks, oldest first."""
    async with context.database.session(caller.tenant) as session:
        found = await webhooks.page(session, after=paging.after, limit=paging.probe)
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return WebhookPage(items=tuple(map(Webhook.model_validate, shown)), next=following)


@router.get("/{webhook_id}", response_model=Webhook, responses=UNCHANGED)
async def get_webhook(webhook_id: UUID, context: Context, caller: _Reader, request: Request) -> Response:
    """Read a webhook."""
    async with context.database.session(caller.tenant) as session:
        record = await webhooks.get(session, webhook_id)
    return not_modified(request, etag(record.version)) or _webhook(record)


@router.post("/{webhook_id}/rotate", response_model=WebhookWithSecret)
async def rotate_secret(
    webhook_id: UUID, version: ExpectedVersion, context: Context, caller: _Writer, audit: Audit
) -> Response:
    """Give a webhook a new secret, shown this once; the one before signs beside it for a day."""
    async with context.database.session(caller.tenant) as session:
        record, secret = await workflow.rotate_secret(
            session,
            webhook_id,
            expected_version=version,
            sealer=await context.sealers.of(session),
            at=context.clock(),
        )
        await audit(session, AuditAction.WEBHOOK_SECRET_ROTATED, webhook_id)
    return answer(_with_secret(record, secret), tag=record.version)


@router.post("/{webhook_id}/enable", response_model=Webhook)
async def enable_webhook(
    webhook_id: UUID, version: ExpectedVersion, context: Context, caller: _Writer, audit: Audit
) -> Response:
    """Take a webhook into use again that was taken out of it; what it has missed can be replayed."""
    async with context.database.session(caller.tenant) as session:
        record = await workflow.enable_webhook(session, webhook_id, expected_version=version)
        await audit(session, AuditAction.WEBHOOK_ENABLED, webhook_id)
    return _webhook(record)


@router.delete("/{webhook_id}", status_code=204)
async def remove_webhook(
    webhook_id: UUID, version: ExpectedVersion, context: Context, caller: _Writer, audit: Audit
) -> Response:
    """Send nothing more to a webhook and forget its secret."""
    async with context.database.session(caller.tenant) as session:
        await workflow.remove_webhook(session, webhook_id, expected_version=version, at=context.clock())
        await audit(session, AuditAction.WEBHOOK_REMOVED, webhook_id)
    return Response(status_code=204)


@router.get("/{webhook_id}/deliveries")
async def list_deliveries(
    webhook_id: UUID, context: Context, caller: _Reader, paging: Paging
) -> DeliveryPage:
    """List what was sent to a webhook and what came of each try, the last made first."""
    async with context.database.session(caller.tenant) as session:
        await webhooks.get(session, webhook_id)
        found = await webhooks.deliveries(session, webhook_id, after=paging.after, limit=paging.probe)
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return DeliveryPage(items=tuple(map(Delivery.model_validate, shown)), next=following)


@router.post("/{webhook_id}/replay", responses=CONFLICT)
async def replay_range(
    webhook_id: UUID, wanted: ReplayRange, context: Context, caller: _Writer, audit: Audit
) -> Replayed:
    """Send what was to be sent in a range of time once more, under the same ids."""
    async with context.database.session(caller.tenant) as session:
        count = await workflow.replay_range(
            session, webhook_id, since=wanted.since, until=wanted.until, created_by=caller.id
        )
        said = {"since": wanted.since, "until": wanted.until, "deliveries": count}
        await audit(session, AuditAction.WEBHOOK_REPLAYED, webhook_id, **said)
    return Replayed(deliveries=count)


@router.post("/{webhook_id}/deliveries/{delivery_id}/replay", responses=CONFLICT)
async def replay_delivery(
    webhook_id: UUID, delivery_id: UUID, context: Context, caller: _Writer, audit: Audit
) -> Replayed:
    """Send the event of a delivery once more, under the same id."""
    async with context.database.session(caller.tenant) as session:
        count = await workflow.replay_delivery(session, webhook_id, delivery_id, created_by=caller.id)
        await audit(session, AuditAction.WEBHOOK_REPLAYED, webhook_id, delivery=delivery_id, deliveries=count)
    return Replayed(deliveries=count)


def _webhook(record: WebhookRecord) -> Response:
    return answer(Webhook.model_validate(record), tag=record.version)


def _with_secret(record: WebhookRecord, secret: str) -> WebhookWithSecret:
    return WebhookWithSecret(**Webhook.model_validate(record).model_dump(), secret=secret)
