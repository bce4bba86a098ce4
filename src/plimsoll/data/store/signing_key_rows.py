"""The table of signing keys."""

import datetime as dt
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow, own_tenant

__all__ = ["SigningKeyRow"]


class SigningKeyRow(StoredRow):
    """A key by which access tokens are signed, sealed; the ring is the installation's own tenant's."""

    __tablename__ = "signing_keys"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "kid"),
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
    )

    kid: Mapped[str]
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    private_key: Mapped[bytes]
    created_at: Mapped[dt.datetime]
    active_from: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
