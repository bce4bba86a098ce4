"""The tables of the audit: events and seals, of which no row ever changes, and what waits for a seal."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow, own_tenant

__all__ = ["AuditEventRow", "AuditSealRow", "AuditUnsealedRow"]

_EMPTY = text("''")


class AuditEventRow(StoredRow):
    """Who did what to what, in the transaction in which it was done."""

    __tablename__ = "audit_events"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        UniqueConstraint("tenant_id", "id"),
        Index("ix_audit_events_tenant_id_action_recorded_at", "tenant_id", "action", "recorded_at"),
        Index("ix_audit_events_tenant_id_actor_recorded_at", "tenant_id", "actor", "recorded_at"),
        Index("ix_audit_events_tenant_id_subject_recorded_at", "tenant_id", "subject", "recorded_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    recorded_at: Mapped[dt.datetime] = mapped_column(server_default=text("clock_timestamp()"))
    action: Mapped[str]
    actor: Mapped[str | None]
    actor_name: Mapped[str] = mapped_column(server_default=_EMPTY)
    session_id: Mapped[UUID | None]
    subject: Mapped[str] = mapped_column(server_default=_EMPTY)
    detail: Mapped[dict[str, Any]]
    address: Mapped[str] = mapped_column(server_default=_EMPTY)
    request_id: Mapped[str] = mapped_column(server_default=_EMPTY)


class AuditSealRow(StoredRow):
    """The place of an event in the chain of its tenant, and a digest of it and of all before it."""

    __tablename__ = "audit_seals"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "sequence"),
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "event_id"], ["audit_events.tenant_id", "audit_events.id"]),
        UniqueConstraint("tenant_id", "event_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    sequence: Mapped[int] = mapped_column(BigInteger, autoincrement=False)
    event_id: Mapped[UUID]
    key_id: Mapped[str]
    digest: Mapped[bytes]


class AuditUnsealedRow(StoredRow):
    """An event that waits for its seal; a trigger of the events puts it here."""

    __tablename__ = "audit_unsealed"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "event_id"),
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    event_id: Mapped[UUID]
