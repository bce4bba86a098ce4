"""The tables of webhooks and of what was sent to them."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow

__all__ = ["WebhookDeliveryRow", "WebhookRow"]

_OWN_TENANT = text("nullif(current_setting('plimsoll.tenant', true), '')::uuid")


class WebhookRow(StoredRow):
    """Where events are sent; its secrets are sealed."""

    __tablename__ = "webhooks"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        UniqueConstraint("tenant_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=_OWN_TENANT)
    url: Mapped[str]
    kinds: Mapped[list[str]] = mapped_column(JSONB)
    secret: Mapped[bytes]
    old_secret: Mapped[bytes | None]
    old_secret_until: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=text("now()"))
    created_by: Mapped[str]
    disabled_at: Mapped[dt.datetime | None]
    disabled_reason: Mapped[str | None]
    removed_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class WebhookDeliveryRow(StoredRow):
    """One event on its way to one webhook; a replay is a delivery of its own."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "webhook_id"], ["webhooks.tenant_id", "webhooks.id"]),
        ForeignKeyConstraint(["tenant_id", "event_id"], ["events.tenant_id", "events.id"]),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "webhook_id", "event_id", "replay"),
        Index("ix_webhook_deliveries_tenant_id_event_id", "tenant_id", "event_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=_OWN_TENANT)
    webhook_id: Mapped[UUID]
    event_id: Mapped[UUID]
    replay: Mapped[int] = mapped_column(server_default=text("0"))
    status: Mapped[str] = mapped_column(server_default=text("'pending'"))
    attempts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    created_at: Mapped[dt.datetime] = mapped_column(server_default=text("now()"))
    finished_at: Mapped[dt.datetime | None]
