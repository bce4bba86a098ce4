"""The tables of channels and of what is told through them."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow

__all__ = ["ChannelMessageRow", "ChannelRow"]

_OWN_TENANT = text("nullif(current_setting('plimsoll.tenant', true), '')::uuid")


class ChannelRow(StoredRow):
    """A way to people; its URL is sealed, for it holds the keys of the way."""

    __tablename__ = "channels"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        UniqueConstraint("tenant_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=_OWN_TENANT)
    name: Mapped[str]
    scheme: Mapped[str]
    url: Mapped[bytes]
    kinds: Mapped[list[str]] = mapped_column(JSONB)
    minimum_severity: Mapped[str]
    quiet_hours: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    escalate_after_minutes: Mapped[int | None]
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[dt.datetime] = mapped_column(server_default=text("now()"))
    created_by: Mapped[str]
    removed_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class ChannelMessageRow(StoredRow):
    """One event that is told through one channel, by itself or in a digest."""

    __tablename__ = "channel_messages"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "channel_id"], ["channels.tenant_id", "channels.id"]),
        ForeignKeyConstraint(["tenant_id", "event_id"], ["events.tenant_id", "events.id"]),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "channel_id", "event_id"),
        Index("ix_channel_messages_tenant_id_event_id", "tenant_id", "event_id"),
        Index("ix_channel_messages_tenant_id_channel_id_tried_at", "tenant_id", "channel_id", "tried_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=_OWN_TENANT)
    channel_id: Mapped[UUID]
    event_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(server_default=text("'pending'"))
    urgent: Mapped[bool]
    put_off: Mapped[bool]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=text("now()"))
    digest: Mapped[UUID | None]
    tried_at: Mapped[dt.datetime | None]
