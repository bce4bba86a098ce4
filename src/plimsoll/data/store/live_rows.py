"""The table of the last prices that ticks have brought."""

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, Double, ForeignKeyConstraint, PrimaryKeyConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow

__all__ = ["LiveLevelRow"]

_OWN_TENANT = text("nullif(current_setting('plimsoll.tenant', true), '')::uuid")


class LiveLevelRow(StoredRow):
    """The last price of a symbol; a later one replaces it, an earlier one never does."""

    __tablename__ = "live_levels"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "symbol"),
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(server_default=_OWN_TENANT)
    symbol: Mapped[str]
    price: Mapped[float] = mapped_column(Double)
    at: Mapped[dt.datetime]
    stamp: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str]
