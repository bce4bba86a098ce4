"""The tables of instruments and of how they were changed."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow

__all__ = ["InstrumentChangeRow", "InstrumentRow"]

_OWN_TENANT = text("nullif(current_setting('plimsoll.tenant', true), '')::uuid")


class InstrumentRow(StoredRow):
    """What can be held, as it was first seen; its name and its attributes can be changed."""

    __tablename__ = "instruments"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "symbol"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=_OWN_TENANT)
    symbol: Mapped[str]
    kind: Mapped[str]
    currency: Mapped[str]
    name: Mapped[str]
    attributes: Mapped[dict[str, Any]]
    option: Mapped[dict[str, Any] | None]
    first_seen: Mapped[dt.datetime]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    updated_at: Mapped[dt.datetime]


class InstrumentChangeRow(StoredRow):
    """Name and attributes of an instrument as somebody has set them; never changed afterwards."""

    __tablename__ = "instrument_changes"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "instrument_id"], ["instruments.tenant_id", "instruments.id"]),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "instrument_id", "version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=_OWN_TENANT)
    instrument_id: Mapped[UUID]
    version: Mapped[int]
    name: Mapped[str]
    attributes: Mapped[dict[str, Any]]
    changed_at: Mapped[dt.datetime]
    changed_by: Mapped[str]
