"""The tables of single sign-on: providers, sign-ins on their way, and who is who there."""

import datetime as dt
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow, own_tenant

__all__ = ["IdentityProviderRow", "LinkedIdentityRow", "ProviderSignInRow"]

_NOW = text("now()")


def _of_provider() -> ForeignKeyConstraint:
    own = ["tenant_id", "provider_id"]
    return ForeignKeyConstraint(own, ["identity_providers.tenant_id", "identity_providers.id"])


class IdentityProviderRow(StoredRow):
    """Somebody who says who people are; the secret that we share with them is sealed."""

    __tablename__ = "identity_providers"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        UniqueConstraint("tenant_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    name: Mapped[str]
    issuer: Mapped[str]
    client_id: Mapped[str]
    client_secret: Mapped[bytes]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    created_by: Mapped[str]
    removed_at: Mapped[dt.datetime | None]


class ProviderSignInRow(StoredRow):
    """Somebody who was sent to a provider and is to come back, once, with the same browser."""

    __tablename__ = "provider_sign_ins"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        _of_provider(),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("digest"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    provider_id: Mapped[UUID]
    digest: Mapped[bytes]
    browser: Mapped[bytes]
    expires_at: Mapped[dt.datetime]


class LinkedIdentityRow(StoredRow):
    """Whom a provider means by one of its subjects."""

    __tablename__ = "linked_identities"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "provider_id", "subject"),
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        _of_provider(),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    provider_id: Mapped[UUID]
    subject: Mapped[str]
    user_id: Mapped[UUID]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
