"""The tables of codes by SMS: what a tenant allows, and what it has spent."""

import datetime as dt
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, PrimaryKeyConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow, own_tenant

__all__ = ["SmsPolicyRow", "SmsSpendingRow"]


class SmsPolicyRow(StoredRow):
    """Whether a tenant lets its people have codes by SMS, where, and for how much."""

    __tablename__ = "sms_policies"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id"),
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    enabled: Mapped[bool]
    countries: Mapped[list[str]] = mapped_column(JSONB)
    monthly_cents: Mapped[int]
    message_cents: Mapped[int]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class SmsSpendingRow(StoredRow):
    """What codes by SMS have cost a tenant in one month."""

    __tablename__ = "sms_spending"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "month"),
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    month: Mapped[dt.date]
    cents: Mapped[int]
