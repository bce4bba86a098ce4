"""The tables. Each row belongs to a tenant; the row-level security of the migrations keeps tenants apart."""

import datetime as dt
import math
import os
import time
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CHAR,
    Computed,
    Double,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    TextClause,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = [
    "HoldingsRow",
    "IdempotencyKeyRow",
    "PortfolioRow",
    "PriceSetRow",
    "RunRow",
    "StoredRow",
    "TenantRow",
    "made_at",
    "new_id",
    "own_tenant",
    "table_of",
]

_NOW = text("now()")
_TIMED = 7  # version of the ids that begin with their time


def own_tenant() -> TextClause:
    """Return the tenant of the transaction: whose a row is unless it says otherwise."""
    return text("nullif(current_setting('plimsoll.tenant', true), '')::uuid")


def new_id() -> UUID:
    """Return a new UUIDv7 (RFC 9562, 5.7): ids made in different milliseconds sort by time.

    Examples
    --------
    >>> new_id().version
    7
    """
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    version, variant = _TIMED << 76, 0b10 << 62
    low = random & ((1 << 62) - 1)
    middle = ((random >> 62) & 0xFFF) << 64
    return UUID(int=(milliseconds & ((1 << 48) - 1)) << 80 | version | middle | variant | low)


def made_at(made: UUID) -> float:
    """Return when an id was made, in seconds since 1970, by the clock of who made it.

    Parameters
    ----------
    made
        Of :func:`new_id`; any other id is as old as can be.

    Examples
    --------
    >>> abs(made_at(new_id()) - time.time()) < 1.0, made_at(UUID(int=5))
    (True, -inf)
    """
    return (made.int >> 80) / 1000 if made.version == _TIMED else -math.inf


class StoredRow(DeclarativeBase):
    """Root of the tables: names of constraints and types of columns."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(referred_table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it by this name
        dt.datetime: TIMESTAMP(timezone=True),
        dict[str, Any]: JSONB(),
    }


def table_of(row: type[StoredRow]) -> Table:
    """Return the table of a class: statements on it take half the time of those on the class.

    Examples
    --------
    >>> table_of(TenantRow).name
    'tenants'
    """
    table = row.__dict__.get("__table__")
    if not isinstance(table, Table):
        raise TypeError(f"{row.__name__} is not a table of its own")
    return table


class TenantRow(StoredRow):
    """A customer; nobody sees another one's rows."""

    __tablename__ = "tenants"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)


class PortfolioRow(StoredRow):
    """A portfolio, somewhere in a tree; `version` counts its changes."""

    __tablename__ = "portfolios"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "parent_id"], ["portfolios.tenant_id", "portfolios.id"]),
        UniqueConstraint("tenant_id", "id"),
        Index("ix_portfolios_tenant_id_parent_id", "tenant_id", "parent_id"),
        Index(
            "uq_portfolios_live_siblings",
            "tenant_id",
            "parent_id",
            "name",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    name: Mapped[str]
    parent_id: Mapped[UUID | None]
    base_currency: Mapped[str] = mapped_column(CHAR(3))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    archived_at: Mapped[dt.datetime | None]


class HoldingsRow(StoredRow):
    """What a portfolio holds from `valid_from` on, as known since `known_at`; never changed afterwards."""

    __tablename__ = "holdings"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "portfolio_id"], ["portfolios.tenant_id", "portfolios.id"]),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "portfolio_id", "valid_from", "known_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    portfolio_id: Mapped[UUID]
    valid_from: Mapped[dt.date]
    known_at: Mapped[dt.datetime]
    sha256: Mapped[str] = mapped_column(CHAR(64))
    source_name: Mapped[str]
    source: Mapped[bytes]
    document: Mapped[dict[str, Any]]
    positions: Mapped[int] = mapped_column(Computed("jsonb_array_length(document -> 'positions')"))
    refused: Mapped[int] = mapped_column(Computed("jsonb_array_length(document -> 'failures')"))
    size: Mapped[int] = mapped_column(Computed("octet_length(source)"))


class PriceSetRow(StoredRow):
    """A table of prices as a Parquet file, known by the hash of its content."""

    __tablename__ = "price_sets"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "sha256"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(CHAR(64))
    source: Mapped[str]
    first_date: Mapped[dt.date]
    last_date: Mapped[dt.date]
    symbols: Mapped[int]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    content: Mapped[bytes]


class RunRow(StoredRow):
    """A risk run: what it was made of, the exact report and the P&L vectors; never changed afterwards."""

    __tablename__ = "runs"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "portfolio_id"], ["portfolios.tenant_id", "portfolios.id"]),
        ForeignKeyConstraint(["tenant_id", "holdings_id"], ["holdings.tenant_id", "holdings.id"]),
        ForeignKeyConstraint(["tenant_id", "price_set_id"], ["price_sets.tenant_id", "price_sets.id"]),
        UniqueConstraint("tenant_id", "id"),
        Index("ix_runs_tenant_id_portfolio_id_id", "tenant_id", "portfolio_id", "id"),
        Index("ix_runs_tenant_id_holdings_id", "tenant_id", "holdings_id"),
        Index("ix_runs_tenant_id_price_set_id", "tenant_id", "price_set_id"),
        Index("ix_runs_tenant_id_run_id", "tenant_id", "run_id"),
        Index("ix_runs_tenant_id_portfolio_id_as_of_id", "tenant_id", "portfolio_id", "as_of", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    portfolio_id: Mapped[UUID]
    holdings_id: Mapped[UUID]
    price_set_id: Mapped[UUID]
    run_id: Mapped[str] = mapped_column(CHAR(64))
    request: Mapped[dict[str, Any]]
    as_of: Mapped[dt.date]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    created_by: Mapped[str]
    value: Mapped[float] = mapped_column(Double)
    var: Mapped[float] = mapped_column(Double)
    es: Mapped[float] = mapped_column(Double)
    base_currency: Mapped[str] = mapped_column(CHAR(3))
    day_pnl: Mapped[float | None] = mapped_column(Double)
    day_start: Mapped[dt.date | None]
    report: Mapped[bytes]
    vectors: Mapped[bytes]


class IdempotencyKeyRow(StoredRow):
    """What was answered to a request that carried a key, so that its repetition gets the same answer."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "principal", "key"),
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        Index("ix_idempotency_keys_tenant_id_created_at", "tenant_id", "created_at"),
    )

    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    principal: Mapped[str]
    key: Mapped[str]
    fingerprint: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[bytes | None]
