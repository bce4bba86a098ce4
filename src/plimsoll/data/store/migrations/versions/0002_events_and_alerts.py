"""Events, alerts and what was done about them, each tenant's rows for itself."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ROLE = "plimsoll_app"
_OWN = "nullif(current_setting('plimsoll.tenant', true), '')::uuid"
_ALERT_CHANGES = (
    "severity, status, title, detail, portfolio_id, subject, count, openings, last_seen, opened_at,"
    " acknowledged_at, acknowledged_by, snoozed_until, assignee, resolved_at, version"
)
# What the application may do: of an event nothing changes but the position that it gets once it is committed.
_GRANTS = {
    "events": "SELECT, INSERT, UPDATE (position)",
    "alerts": f"SELECT, INSERT, UPDATE ({_ALERT_CHANGES})",
    "alert_changes": "SELECT, INSERT",
}


def upgrade() -> None:
    """Make the tables, then shut each tenant in with its own rows."""
    _events()
    _alerts()
    _alert_changes()
    for table, grants in _GRANTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_tenant ON {table} USING (tenant_id = (SELECT {_OWN}))")
        op.execute(f"GRANT {grants} ON {table} TO {_ROLE}")


def downgrade() -> None:
    """Drop the tables with all that is in them."""
    for table in reversed(_GRANTS):
        op.drop_table(table)


def _owned(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("tenant_id", sa.Uuid, nullable=False, server_default=sa.text(_OWN)),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], f"fk_{table}_tenants"),
        sa.UniqueConstraint("tenant_id", "id", name=f"uq_{table}_tenant_id_id"),
    ]


def _instant(name: str, *, nullable: bool = False, default: str | None = None) -> "sa.Column[object]":
    default_text = None if default is None else sa.text(default)
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=nullable, server_default=default_text)


def _events() -> None:
    op.create_table(
        "events",
        *_owned("events"),
        sa.Column("sequence", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("position", sa.BigInteger),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", sa.Uuid, nullable=False),
        sa.Column("data", JSONB, nullable=False),
        _instant("published_at", default="clock_timestamp()"),
        sa.UniqueConstraint("tenant_id", "position", name="uq_events_tenant_id_position"),
    )
    unsettled = sa.text("position IS NULL")
    op.create_index("ix_events_without_position", "events", ["tenant_id"], postgresql_where=unsettled)


def _alerts() -> None:
    op.create_table(
        "alerts",
        *_owned("alerts"),
        *(sa.Column(name, sa.String, nullable=False) for name in ("key", "kind", "severity", "status")),
        *(sa.Column(name, sa.String, nullable=False) for name in ("title", "detail")),
        sa.Column("portfolio_id", sa.Uuid),
        sa.Column("subject", sa.Uuid),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("count", "openings")),
        *(_instant(name) for name in ("first_seen", "last_seen", "opened_at")),
        _instant("acknowledged_at", nullable=True),
        sa.Column("acknowledged_by", sa.String),
        _instant("snoozed_until", nullable=True),
        sa.Column("assignee", sa.String),
        _instant("resolved_at", nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "portfolio_id"], ["portfolios.tenant_id", "portfolios.id"], "fk_alerts_portfolios"
        ),
    )
    op.create_index("ix_alerts_tenant_id_status_id", "alerts", ["tenant_id", "status", "id"])
    op.create_index("ix_alerts_tenant_id_key_id", "alerts", ["tenant_id", "key", "id"])
    op.create_index("ix_alerts_tenant_id_portfolio_id", "alerts", ["tenant_id", "portfolio_id"])
    unresolved = sa.text("status <> 'resolved'")
    op.create_index(
        "uq_alerts_unresolved_key", "alerts", ["tenant_id", "key"], unique=True, postgresql_where=unresolved
    )


def _alert_changes() -> None:
    op.create_table(
        "alert_changes",
        *_owned("alert_changes"),
        sa.Column("alert_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        _instant("changed_at"),
        sa.Column("changed_by", sa.String, nullable=False),
        sa.Column("values", JSONB, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "alert_id"], ["alerts.tenant_id", "alerts.id"], "fk_alert_changes_alerts"
        ),
        sa.UniqueConstraint(
            "tenant_id", "alert_id", "version", name="uq_alert_changes_tenant_id_alert_id_version"
        ),
    )
