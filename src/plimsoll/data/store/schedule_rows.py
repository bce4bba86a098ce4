"""The table of schedules: what is put down as a job again and again."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow, own_tenant

__all__ = ["ScheduleRow"]

_NOW = text("now()")


class ScheduleRow(StoredRow):
    """A schedule; a trigger puts an entry into the queue whenever `next_at` becomes another instant."""

    __tablename__ = "schedules"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "portfolio_id"], ["portfolios.tenant_id", "portfolios.id"]),
        UniqueConstraint("tenant_id", "id"),
        Index("ix_schedules_tenant_id_portfolio_id", "tenant_id", "portfolio_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    name: Mapped[str]
    portfolio_id: Mapped[UUID]
    request: Mapped[dict[str, Any]]
    cron: Mapped[str]
    time_zone: Mapped[str]
    calendar: Mapped[str | None]
    next_at: Mapped[dt.datetime | None]
    last_at: Mapped[dt.datetime | None]
    last_job_id: Mapped[UUID | None]
    problem: Mapped[str | None]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("1"))
