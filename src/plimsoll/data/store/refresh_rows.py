"""The tables of refresh tokens: families, and the tokens that followed one another in them."""

import datetime as dt
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow, own_tenant

__all__ = ["RefreshFamilyRow", "RefreshTokenRow"]


class RefreshFamilyRow(StoredRow):
    """One sign-in by token: all refresh tokens that go back to it live and end together."""

    __tablename__ = "refresh_families"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        UniqueConstraint("tenant_id", "id"),
        Index("ix_refresh_families_tenant_id_session_id", "tenant_id", "session_id"),
        Index("ix_refresh_families_tenant_id_subject", "tenant_id", "subject"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    subject: Mapped[str]
    session_id: Mapped[UUID]
    authenticated_at: Mapped[dt.datetime]
    factors: Mapped[list[str]] = mapped_column(JSONB)
    created_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    sliding_seconds: Mapped[int]
    revoked_at: Mapped[dt.datetime | None]
    revoked_reason: Mapped[str | None]


class RefreshTokenRow(StoredRow):
    """A refresh token: its digest, and once it was used its successor, sealed with the token itself."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "family_id"], ["refresh_families.tenant_id", "refresh_families.id"]
        ),
        UniqueConstraint("tenant_id", "id"),
        Index("ix_refresh_tokens_tenant_id_family_id", "tenant_id", "family_id"),
        Index("uq_refresh_tokens_digest", "digest", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    family_id: Mapped[UUID]
    digest: Mapped[bytes]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=text("now()"))
    expires_at: Mapped[dt.datetime]
    rotated_at: Mapped[dt.datetime | None]
    successor: Mapped[bytes | None]
