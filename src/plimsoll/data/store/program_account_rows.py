"""The tables of service accounts, of their API keys, and of the assertions that were used."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow, own_tenant

__all__ = ["ApiKeyRow", "ClientAssertionRow", "ServiceAccountRow"]

_NOW = text("now()")


class ServiceAccountRow(StoredRow):
    """A program that is somebody, and the public keys by which it signs in; it may do what it was granted."""

    __tablename__ = "service_accounts"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "name"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    name: Mapped[str]
    # Read by versions before 0018 alone, which knew no grants to programs.
    permissions: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"))
    public_keys: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    created_by: Mapped[str]
    disabled_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class ApiKeyRow(StoredRow):
    """An API key of a service account; only its digest is kept."""

    __tablename__ = "api_keys"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "account_id"], ["service_accounts.tenant_id", "service_accounts.id"]
        ),
        UniqueConstraint("tenant_id", "id"),
        Index("ix_api_keys_tenant_id_account_id", "tenant_id", "account_id"),
        Index("uq_api_keys_digest", "digest", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    account_id: Mapped[UUID]
    name: Mapped[str]
    prefix: Mapped[str | None]
    digest: Mapped[bytes]
    permissions: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    portfolios: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    desks: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    canary: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    created_by: Mapped[str]
    expires_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]


class ClientAssertionRow(StoredRow):
    """An assertion by which a program signed in: it does so once."""

    __tablename__ = "client_assertions"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "account_id", "digest"),
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "account_id"], ["service_accounts.tenant_id", "service_accounts.id"]
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    account_id: Mapped[UUID]
    digest: Mapped[bytes]
    expires_at: Mapped[dt.datetime]
