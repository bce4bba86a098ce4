"""Tenants, portfolios, holdings, price sets, runs and idempotency keys, each tenant's rows for itself."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ROLE = "plimsoll_app"
_OWN = "nullif(current_setting('plimsoll.tenant', true), '')::uuid"
# What the application may do; where UPDATE is missing, rows are never changed.
_GRANTS = {
    "tenants": "SELECT, INSERT",
    "portfolios": "SELECT, INSERT, UPDATE (name, parent_id, version, updated_at, archived_at)",
    "holdings": "SELECT, INSERT",
    "price_sets": "SELECT, INSERT",
    "runs": "SELECT, INSERT",
    "idempotency_keys": "SELECT, INSERT, UPDATE (status, headers, body), DELETE",
}
_COMPRESSED = (("price_sets", "content"), ("runs", "vectors"))


def upgrade() -> None:
    """Make the tables, then shut each tenant in with its own rows."""
    _tenants()
    _portfolios()
    _holdings()
    _price_sets()
    _runs()
    _idempotency_keys()
    for table, column in _COMPRESSED:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")
    for table, grants in _GRANTS.items():
        own = "id" if table == "tenants" else "tenant_id"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_tenant ON {table} USING ({own} = (SELECT {_OWN}))")
        op.execute(f"GRANT {grants} ON {table} TO {_ROLE}")


def downgrade() -> None:
    """Drop the tables with all that is in them."""
    for table in reversed(_GRANTS):
        op.drop_table(table)


def _id() -> sa.Column[UUID]:
    return sa.Column("id", sa.Uuid, primary_key=True)


def _tenant_id() -> sa.Column[UUID]:
    return sa.Column("tenant_id", sa.Uuid, nullable=False, server_default=sa.text(_OWN))


def _instant(name: str) -> sa.Column[dt.datetime]:
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()"))


def _of_tenant(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], f"fk_{table}_tenants")


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """Point to another table within the tenant: foreign keys look past row-level security."""
    name = f"fk_{table}_{other}"
    return sa.ForeignKeyConstraint(["tenant_id", column], [f"{other}.tenant_id", f"{other}.id"], name)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def _tenants() -> None:
    op.create_table(
        "tenants",
        _id(),
        sa.Column("name", sa.String, nullable=False),
        _instant("created_at"),
        _unique("tenants", "name"),
    )


def _portfolios() -> None:
    op.create_table(
        "portfolios",
        _id(),
        _tenant_id(),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("parent_id", sa.Uuid),
        sa.Column("base_currency", sa.CHAR(3), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        _instant("created_at"),
        _instant("updated_at"),
        sa.Column("archived_at", TIMESTAMP(timezone=True)),
        _of_tenant("portfolios"),
        _of("portfolios", "parent_id", "portfolios"),
        _unique("portfolios", "tenant_id", "id"),
    )
    _index("portfolios", "tenant_id", "parent_id")
    op.create_index(
        "uq_portfolios_live_siblings",
        "portfolios",
        ["tenant_id", "parent_id", "name"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )


def _holdings() -> None:
    op.create_table(
        "holdings",
        _id(),
        _tenant_id(),
        sa.Column("portfolio_id", sa.Uuid, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("known_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("sha256", sa.CHAR(64), nullable=False),
        sa.Column("source_name", sa.String, nullable=False),
        sa.Column("source", sa.LargeBinary, nullable=False),
        sa.Column("document", JSONB, nullable=False),
        _of_tenant("holdings"),
        _of("holdings", "portfolio_id", "portfolios"),
        _unique("holdings", "tenant_id", "id"),
        _unique("holdings", "tenant_id", "portfolio_id", "valid_from", "known_at"),
    )


def _price_sets() -> None:
    op.create_table(
        "price_sets",
        _id(),
        _tenant_id(),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("sha256", sa.CHAR(64), nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("first_date", sa.Date, nullable=False),
        sa.Column("last_date", sa.Date, nullable=False),
        sa.Column("symbols", sa.Integer, nullable=False),
        _instant("created_at"),
        sa.Column("content", sa.LargeBinary, nullable=False),
        _of_tenant("price_sets"),
        _unique("price_sets", "tenant_id", "id"),
        _unique("price_sets", "tenant_id", "sha256"),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        _id(),
        _tenant_id(),
        sa.Column("portfolio_id", sa.Uuid, nullable=False),
        sa.Column("holdings_id", sa.Uuid, nullable=False),
        sa.Column("price_set_id", sa.Uuid, nullable=False),
        sa.Column("run_id", sa.CHAR(64), nullable=False),
        sa.Column("request", JSONB, nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        _instant("created_at"),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("var", sa.Double, nullable=False),
        sa.Column("es", sa.Double, nullable=False),
        sa.Column("base_currency", sa.CHAR(3), nullable=False),
        sa.Column("report", sa.LargeBinary, nullable=False),
        sa.Column("vectors", sa.LargeBinary, nullable=False),
        _of_tenant("runs"),
        _of("runs", "portfolio_id", "portfolios"),
        _of("runs", "holdings_id", "holdings"),
        _of("runs", "price_set_id", "price_sets"),
        _unique("runs", "tenant_id", "id"),
    )
    _index("runs", "tenant_id", "portfolio_id", "id")
    _index("runs", "tenant_id", "holdings_id")
    _index("runs", "tenant_id", "price_set_id")
    _index("runs", "tenant_id", "run_id")


def _idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        _tenant_id(),
        sa.Column("principal", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("fingerprint", sa.String, nullable=False),
        _instant("created_at"),
        sa.Column("status", sa.Integer),
        sa.Column("headers", JSONB),
        sa.Column("body", sa.LargeBinary),
        sa.PrimaryKeyConstraint("tenant_id", "principal", "key", name="pk_idempotency_keys"),
        _of_tenant("idempotency_keys"),
    )
    _index("idempotency_keys", "tenant_id", "created_at")
