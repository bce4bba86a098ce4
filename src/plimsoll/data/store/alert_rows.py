"""The tables of alerts and of what was done about them."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow

__all__ = ["AlertChangeRow", "AlertRow"]

_OWN_TENANT = text("nullif(current_setting('plimsoll.tenant', true), '')::uuid")


class AlertRow(StoredRow):
    """Something that wants attention; while it is not resolved, there is one for each key."""

    __tablename__ = "alerts"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "portfolio_id"], ["portfolios.tenant_id", "portfolios.id"]),
        UniqueConstraint("tenant_id", "id"),
        Index("ix_alerts_tenant_id_status_id", "tenant_id", "status", "id"),
        Index("ix_alerts_tenant_id_key_id", "tenant_id", "key", "id"),
        Index("ix_alerts_tenant_id_portfolio_id", "tenant_id", "portfolio_id"),
        Index(
            "uq_alerts_unresolved_key",
            "tenant_id",
            "key",
            unique=True,
            postgresql_where=text("status <> 'resolved'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=_OWN_TENANT)
    key: Mapped[str]
    kind: Mapped[str]
    severity: Mapped[str]
    status: Mapped[str]
    title: Mapped[str]
    detail: Mapped[str]
    portfolio_id: Mapped[UUID | None]
    subject: Mapped[UUID | None]
    count: Mapped[int]
    openings: Mapped[int]
    first_seen: Mapped[dt.datetime]
    last_seen: Mapped[dt.datetime]
    opened_at: Mapped[dt.datetime]
    acknowledged_at: Mapped[dt.datetime | None]
    acknowledged_by: Mapped[str | None]
    snoozed_until: Mapped[dt.datetime | None]
    assignee: Mapped[str | None]
    resolved_at: Mapped[dt.datetime | None]
    version: Mapped[int]


class AlertChangeRow(StoredRow):
    """One thing that was done about an alert, by whom and when; never changed afterwards."""

    __tablename__ = "alert_changes"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "alert_id"], ["alerts.tenant_id", "alerts.id"]),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "alert_id", "version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=_OWN_TENANT)
    alert_id: Mapped[UUID]
    version: Mapped[int]
    action: Mapped[str]
    changed_at: Mapped[dt.datetime]
    changed_by: Mapped[str]
    values: Mapped[dict[str, Any]]
