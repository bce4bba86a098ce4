"""The table of data keys: what seals the secrets of a tenant, each wrapped by a master key kept elsewhere."""

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow, own_tenant

__all__ = ["DataKeyRow"]

_NOW = text("now()")


class DataKeyRow(StoredRow):
    """A key as it may be kept: nobody but the holder of the master key can use it."""

    __tablename__ = "data_keys"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "purpose", "number"),
        CheckConstraint("purpose IN ('seal', 'index')", "ck_data_keys_purpose"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    purpose: Mapped[str]
    number: Mapped[int]
    provider: Mapped[str]
    master: Mapped[str]
    wrapped: Mapped[bytes]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    active_from: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    retired_at: Mapped[dt.datetime | None]
