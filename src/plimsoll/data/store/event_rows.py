"""The table of events: what happened, in the transaction in which it happened, never changed afterwards."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow

__all__ = ["EventRow"]


class EventRow(StoredRow):
    """An event; `position` is its place in the order that all readers see, given once it is committed."""

    __tablename__ = "events"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "position"),
        Index("ix_events_without_position", "tenant_id", postgresql_where=text("position IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(
        server_default=text("nullif(current_setting('plimsoll.tenant', true), '')::uuid")
    )
    sequence: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    position: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str]
    subject: Mapped[UUID]
    data: Mapped[dict[str, Any]]
    published_at: Mapped[dt.datetime] = mapped_column(server_default=text("clock_timestamp()"))
