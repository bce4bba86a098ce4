"""Roles of a tenant's own, teams and desks, and who was granted what, each tenant's rows for itself."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ROLE = "plimsoll_app"
_OWN = "nullif(current_setting('plimsoll.tenant', true), '')::uuid"
# What was granted to whom never changes: a grant ends, and another one begins.
_GRANTS = {
    "roles": "SELECT, INSERT, UPDATE (name, description, permissions, version, archived_at)",
    "teams": "SELECT, INSERT, UPDATE (name, version, archived_at)",
    "team_members": "SELECT, INSERT, DELETE",
    "team_portfolios": "SELECT, INSERT, DELETE",
    "grants": "SELECT, INSERT, UPDATE (status, decided_by, decided_at, four_eyes, ended_by, ended_at)",
}


def upgrade() -> None:
    """Make the tables, then shut each tenant in with its own rows."""
    _roles()
    _teams()
    _grants()
    for table, grants in _GRANTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_tenant ON {table} USING (tenant_id = (SELECT {_OWN}))")
        op.execute(f"GRANT {grants} ON {table} TO {_ROLE}")


def downgrade() -> None:
    """Drop the tables with all that is in them."""
    for table in reversed(_GRANTS):
        op.drop_table(table)


def _id() -> sa.Column[UUID]:
    return sa.Column("id", sa.Uuid, primary_key=True)


def _tenant_id() -> sa.Column[UUID]:
    return sa.Column("tenant_id", sa.Uuid, nullable=False, server_default=sa.text(_OWN))


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=nullable)


def _now(name: str) -> sa.Column[dt.datetime]:
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()"))


def _later(name: str) -> sa.Column[dt.datetime]:
    return sa.Column(name, TIMESTAMP(timezone=True))


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1"))


def _of_tenant(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], f"fk_{table}_tenants")


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """Point to another table within the tenant: foreign keys look past row-level security."""
    name = f"fk_{table}_{other}"
    return sa.ForeignKeyConstraint(["tenant_id", column], [f"{other}.tenant_id", f"{other}.id"], name)


def _live_name(table: str) -> None:
    live = sa.text("archived_at IS NULL")
    op.create_index(f"uq_{table}_live_name", table, ["tenant_id", "name"], unique=True, postgresql_where=live)


def _roles() -> None:
    op.create_table(
        "roles",
        _id(),
        _tenant_id(),
        _text("name"),
        _text("description"),
        sa.Column("permissions", JSONB, nullable=False),
        _version(),
        _now("created_at"),
        _text("created_by"),
        _later("archived_at"),
        _of_tenant("roles"),
        sa.UniqueConstraint("tenant_id", "id", name="uq_roles_tenant_id_id"),
    )
    _live_name("roles")


def _teams() -> None:
    op.create_table(
        "teams",
        _id(),
        _tenant_id(),
        _text("name"),
        _version(),
        _now("created_at"),
        _text("created_by"),
        _later("archived_at"),
        _of_tenant("teams"),
        sa.UniqueConstraint("tenant_id", "id", name="uq_teams_tenant_id_id"),
    )
    _live_name("teams")
    op.create_table(
        "team_members",
        _tenant_id(),
        sa.Column("team_id", sa.Uuid, nullable=False),
        _text("kind"),
        sa.Column("member_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "team_id", "kind", "member_id", name="pk_team_members"),
        _of_tenant("team_members"),
        _of("team_members", "team_id", "teams"),
    )
    op.create_index(
        "ix_team_members_tenant_id_kind_member_id", "team_members", ["tenant_id", "kind", "member_id"]
    )
    op.create_table(
        "team_portfolios",
        _tenant_id(),
        sa.Column("team_id", sa.Uuid, nullable=False),
        sa.Column("portfolio_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "team_id", "portfolio_id", name="pk_team_portfolios"),
        _of_tenant("team_portfolios"),
        _of("team_portfolios", "team_id", "teams"),
        _of("team_portfolios", "portfolio_id", "portfolios"),
    )
    op.create_index(
        "ix_team_portfolios_tenant_id_portfolio_id", "team_portfolios", ["tenant_id", "portfolio_id"]
    )


def _grants() -> None:
    op.create_table(
        "grants",
        _id(),
        _tenant_id(),
        _text("holder_kind"),
        sa.Column("holder_id", sa.Uuid, nullable=False),
        _text("role"),
        sa.Column("role_id", sa.Uuid),
        sa.Column("scope_team_id", sa.Uuid),
        sa.Column("scope_portfolio_id", sa.Uuid),
        _text("status"),
        sa.Column("privileged", sa.Boolean, nullable=False),
        _text("comment"),
        _text("proposed_by"),
        _now("proposed_at"),
        _text("decided_by", nullable=True),
        _later("decided_at"),
        sa.Column("four_eyes", sa.Boolean),
        _text("ended_by", nullable=True),
        _later("ended_at"),
        _later("expires_at"),
        _of_tenant("grants"),
        _of("grants", "role_id", "roles"),
        _of("grants", "scope_team_id", "teams"),
        _of("grants", "scope_portfolio_id", "portfolios"),
        sa.UniqueConstraint("tenant_id", "id", name="uq_grants_tenant_id_id"),
        sa.CheckConstraint("scope_team_id IS NULL OR scope_portfolio_id IS NULL", "ck_grants_scope"),
    )
    op.create_index("ix_grants_tenant_id_holder_id", "grants", ["tenant_id", "holder_id"])
    scope = ["scope_team_id", "scope_portfolio_id"]
    op.create_index(
        "uq_grants_live",
        "grants",
        ["tenant_id", "holder_kind", "holder_id", "role", "role_id", *scope],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("status IN ('proposed', 'active')"),
    )
