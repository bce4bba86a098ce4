"""The tables of breaches: each with how it stands, and all that happened to it."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Double, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow, own_tenant

__all__ = ["BreachEventRow", "BreachRow"]

_NOW = text("now()")


class BreachRow(StoredRow):
    """A limit that was reached; at most one of a limit is not closed. `version` counts its changes."""

    __tablename__ = "breaches"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "limit_id"], ["limits.tenant_id", "limits.id"]),
        ForeignKeyConstraint(["tenant_id", "portfolio_id"], ["portfolios.tenant_id", "portfolios.id"]),
        UniqueConstraint("tenant_id", "id"),
        Index("ix_breaches_tenant_id_portfolio_id_id", "tenant_id", "portfolio_id", "id"),
        Index(
            "uq_breaches_live",
            "tenant_id",
            "limit_id",
            unique=True,
            postgresql_where=text("status <> 'closed'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    limit_id: Mapped[UUID]
    portfolio_id: Mapped[UUID]
    status: Mapped[str]
    severity: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    limit_version: Mapped[int]
    opened_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    closed_at: Mapped[dt.datetime | None]
    opened_by_run: Mapped[UUID | None]
    last_run: Mapped[UUID | None]
    level: Mapped[float] = mapped_column(Double)
    value: Mapped[float] = mapped_column(Double)
    peak_value: Mapped[float] = mapped_column(Double)
    peak_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    utilisation: Mapped[float | None] = mapped_column(Double)
    probability: Mapped[float | None] = mapped_column(Double)
    waived_until: Mapped[dt.date | None]


class BreachEventRow(StoredRow):
    """One thing that happened to a breach: who, when, what; never changed afterwards."""

    __tablename__ = "breach_events"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "breach_id"], ["breaches.tenant_id", "breaches.id"]),
        UniqueConstraint("tenant_id", "id"),
        Index("ix_breach_events_tenant_id_breach_id_id", "tenant_id", "breach_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    breach_id: Mapped[UUID]
    at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    by: Mapped[str]
    kind: Mapped[str]
    status: Mapped[str]
    severity: Mapped[str]
    text: Mapped[str]
    run_id: Mapped[UUID | None]
    limit_version: Mapped[int]
    value: Mapped[float | None] = mapped_column(Double)
