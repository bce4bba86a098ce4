"""The tables of accounts: people, the browsers they use, their sessions, and what is good for one time."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, PrimaryKeyConstraint, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow, own_tenant

__all__ = ["DeviceRow", "OneTimeTokenRow", "SessionRow", "SignInRow", "ThrottleRow", "UserRow"]

_NOW = text("now()")


class UserRow(StoredRow):
    """A person; `epoch` counts what ends all their sessions, `version` the changes others see."""

    __tablename__ = "users"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "email"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    email: Mapped[str]
    name: Mapped[str]
    password: Mapped[str | None]
    password_changed_at: Mapped[dt.datetime | None]
    password_alone: Mapped[bool | None]
    administrator: Mapped[bool] = mapped_column(server_default=text("false"))
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    epoch: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class DeviceRow(StoredRow):
    """A browser in which a person has signed in before; only the digest of its token is kept."""

    __tablename__ = "devices"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
        UniqueConstraint("tenant_id", "user_id", "digest"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    user_id: Mapped[UUID]
    digest: Mapped[bytes]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    seen_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)


class SessionRow(StoredRow):
    """A browser that is signed in; only the digest of its token is kept."""

    __tablename__ = "sessions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("digest"),
        Index("ix_sessions_tenant_id_user_id_ended_at", "tenant_id", "user_id", "ended_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    user_id: Mapped[UUID]
    digest: Mapped[bytes]
    epoch: Mapped[int]
    factors: Mapped[list[str]] = mapped_column(JSONB)
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    stepped_up_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    address: Mapped[str]
    agent: Mapped[str]


class OneTimeTokenRow(StoredRow):
    """A link that is good for one thing and one time; only the digest of its token is kept."""

    __tablename__ = "one_time_tokens"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
        UniqueConstraint("digest"),
        Index("ix_one_time_tokens_tenant_id_user_id_purpose", "tenant_id", "user_id", "purpose"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    purpose: Mapped[str]
    user_id: Mapped[UUID | None]
    digest: Mapped[bytes]
    detail: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class SignInRow(StoredRow):
    """Somebody whose password was right and who has yet to show a second factor."""

    __tablename__ = "sign_ins"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
        UniqueConstraint("digest"),
        Index("ix_sign_ins_tenant_id_user_id", "tenant_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    user_id: Mapped[UUID]
    digest: Mapped[bytes]
    epoch: Mapped[int]
    factors: Mapped[list[str]] = mapped_column(JSONB)
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class ThrottleRow(StoredRow):
    """How often something was tried since when; whose is known by a digest alone."""

    __tablename__ = "throttles"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "kind", "subject"),
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    kind: Mapped[str]
    subject: Mapped[bytes]
    count: Mapped[int]
    since: Mapped[dt.datetime]
