"""Limits, what is proposed and measured of them, their breaches, and the P&L of the day of a run."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ROLE = "plimsoll_app"
_OWN = "nullif(current_setting('plimsoll.tenant', true), '')::uuid"
# What the application may do; where UPDATE is missing, rows are never changed.
_GRANTS = {
    "limits": "SELECT, INSERT, UPDATE (version)",
    "limit_proposals": (
        "SELECT, INSERT, UPDATE (status, decided_by, decided_at, decision_comment, four_eyes)"
    ),
    "limit_versions": "SELECT, INSERT",
    "limit_checks": "SELECT, INSERT",
    "breaches": (
        "SELECT, INSERT, UPDATE (status, severity, version, limit_version, updated_at, closed_at, last_run,"
        " level, value, peak_value, peak_at, utilisation, probability, waived_until)"
    ),
    "breach_events": "SELECT, INSERT",
}


def upgrade() -> None:
    """Make the tables, then shut each tenant in with its own rows."""
    op.add_column("runs", sa.Column("day_pnl", sa.Double))
    op.add_column("runs", sa.Column("day_start", sa.Date))
    _limits()
    _limit_proposals()
    _limit_versions()
    _limit_checks()
    _breaches()
    _breach_events()
    for table, grants in _GRANTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_tenant ON {table} USING (tenant_id = (SELECT {_OWN}))")
        op.execute(f"GRANT {grants} ON {table} TO {_ROLE}")


def downgrade() -> None:
    """Drop the tables with all that is in them."""
    for table in reversed(_GRANTS):
        op.drop_table(table)
    op.drop_column("runs", "day_start")
    op.drop_column("runs", "day_pnl")


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


def _only_one(name: str, table: str, condition: str) -> None:
    """Let at most one row of a limit meet the condition."""
    where = sa.text(condition)
    op.create_index(name, table, ["tenant_id", "limit_id"], unique=True, postgresql_where=where)


def _limits() -> None:
    op.create_table(
        "limits",
        _id(),
        _tenant_id(),
        sa.Column("portfolio_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("0")),
        _instant("created_at"),
        _of_tenant("limits"),
        _of("limits", "portfolio_id", "portfolios"),
        _unique("limits", "tenant_id", "id"),
    )
    _index("limits", "tenant_id", "portfolio_id", "id")


def _limit_proposals() -> None:
    op.create_table(
        "limit_proposals",
        _id(),
        _tenant_id(),
        sa.Column("limit_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("based_on", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("definition", JSONB),
        sa.Column("valid_from", sa.Date),
        sa.Column("comment", sa.String, nullable=False),
        sa.Column("proposed_by", sa.String, nullable=False),
        _instant("proposed_at"),
        sa.Column("expires_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("status", sa.String, nullable=False, server_default=sa.text("'open'")),
        sa.Column("decided_by", sa.String),
        sa.Column("decided_at", TIMESTAMP(timezone=True)),
        sa.Column("decision_comment", sa.String),
        sa.Column("four_eyes", sa.Boolean),
        _of_tenant("limit_proposals"),
        _of("limit_proposals", "limit_id", "limits"),
        _unique("limit_proposals", "tenant_id", "id"),
    )
    _index("limit_proposals", "tenant_id", "limit_id", "id")
    _only_one("uq_limit_proposals_open", "limit_proposals", "status = 'open'")


def _limit_versions() -> None:
    op.create_table(
        "limit_versions",
        _id(),
        _tenant_id(),
        sa.Column("limit_id", sa.Uuid, nullable=False),
        sa.Column("proposal_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("definition", JSONB),
        sa.Column("valid_from", sa.Date),
        sa.Column("known_at", TIMESTAMP(timezone=True), nullable=False),
        _of_tenant("limit_versions"),
        _of("limit_versions", "limit_id", "limits"),
        _of("limit_versions", "proposal_id", "limit_proposals"),
        _unique("limit_versions", "tenant_id", "id"),
        _unique("limit_versions", "tenant_id", "limit_id", "version"),
    )


def _limit_checks() -> None:
    op.create_table(
        "limit_checks",
        _id(),
        _tenant_id(),
        sa.Column("limit_id", sa.Uuid, nullable=False),
        sa.Column("run_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        _instant("checked_at"),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("value", sa.Double),
        sa.Column("low", sa.Double),
        sa.Column("high", sa.Double),
        sa.Column("utilisation", sa.Double),
        sa.Column("probability", sa.Double),
        sa.Column("missing", sa.String, nullable=False),
        _of_tenant("limit_checks"),
        _of("limit_checks", "limit_id", "limits"),
        _of("limit_checks", "run_id", "runs"),
        _unique("limit_checks", "tenant_id", "run_id", "limit_id"),
    )
    _index("limit_checks", "tenant_id", "limit_id", "id")


def _breaches() -> None:
    op.create_table(
        "breaches",
        _id(),
        _tenant_id(),
        sa.Column("limit_id", sa.Uuid, nullable=False),
        sa.Column("portfolio_id", sa.Uuid, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("limit_version", sa.Integer, nullable=False),
        _instant("opened_at"),
        _instant("updated_at"),
        sa.Column("closed_at", TIMESTAMP(timezone=True)),
        sa.Column("opened_by_run", sa.Uuid),
        sa.Column("last_run", sa.Uuid),
        sa.Column("level", sa.Double, nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("peak_value", sa.Double, nullable=False),
        _instant("peak_at"),
        sa.Column("utilisation", sa.Double),
        sa.Column("probability", sa.Double),
        sa.Column("waived_until", sa.Date),
        _of_tenant("breaches"),
        _of("breaches", "limit_id", "limits"),
        _of("breaches", "portfolio_id", "portfolios"),
        _unique("breaches", "tenant_id", "id"),
    )
    _index("breaches", "tenant_id", "portfolio_id", "id")
    _only_one("uq_breaches_live", "breaches", "status <> 'closed'")


def _breach_events() -> None:
    op.create_table(
        "breach_events",
        _id(),
        _tenant_id(),
        sa.Column("breach_id", sa.Uuid, nullable=False),
        _instant("at"),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("run_id", sa.Uuid),
        sa.Column("limit_version", sa.Integer, nullable=False),
        sa.Column("value", sa.Double),
        _of_tenant("breach_events"),
        _of("breach_events", "breach_id", "breaches"),
        _unique("breach_events", "tenant_id", "id"),
    )
    _index("breach_events", "tenant_id", "breach_id", "id")
