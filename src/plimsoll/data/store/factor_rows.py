"""The tables of factors: what users show beside their password, and what is asked of them meanwhile."""

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow, own_tenant

__all__ = ["FactorChallengeRow", "FactorRow", "RecoveryCodeRow"]


class FactorRow(StoredRow):
    """Something that a user has: an authenticator app, a passkey, a telephone."""

    __tablename__ = "factors"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
        UniqueConstraint("tenant_id", "id"),
        Index("ix_factors_tenant_id_user_id", "tenant_id", "user_id"),
        Index(
            "uq_factors_credentials",
            "tenant_id",
            "credential_id",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    user_id: Mapped[UUID]
    kind: Mapped[str]
    name: Mapped[str]
    secret: Mapped[bytes | None]
    credential_id: Mapped[bytes | None]
    public_key: Mapped[bytes | None]
    counter: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    created_at: Mapped[dt.datetime] = mapped_column(server_default=text("now()"))
    confirmed_at: Mapped[dt.datetime | None]
    used_at: Mapped[dt.datetime | None]
    suspended_at: Mapped[dt.datetime | None]
    removed_at: Mapped[dt.datetime | None]


class RecoveryCodeRow(StoredRow):
    """One code of a user's set; only its digest is kept."""

    __tablename__ = "recovery_codes"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
        UniqueConstraint("tenant_id", "user_id", "digest"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    user_id: Mapped[UUID]
    digest: Mapped[bytes]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=text("now()"))
    used_at: Mapped[dt.datetime | None]
    replaced_at: Mapped[dt.datetime | None]


class FactorChallengeRow(StoredRow):
    """What a user was asked to sign or to type, once and not for long."""

    __tablename__ = "factor_challenges"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(["tenant_id", "factor_id"], ["factors.tenant_id", "factors.id"]),
        UniqueConstraint("tenant_id", "id"),
        Index("ix_factor_challenges_tenant_id_user_id", "tenant_id", "user_id", "purpose"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    user_id: Mapped[UUID]
    factor_id: Mapped[UUID | None]
    purpose: Mapped[str]
    secret: Mapped[bytes]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=text("now()"))
    ends_at: Mapped[dt.datetime]
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    used_at: Mapped[dt.datetime | None]
