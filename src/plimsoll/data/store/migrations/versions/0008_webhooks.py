"""Webhooks and what was sent to them, each tenant's rows for itself."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ROLE = "plimsoll_app"
_OWN = "nullif(current_setting('plimsoll.tenant', true), '')::uuid"
_CHANGES = (
    "url, kinds, secret, old_secret, old_secret_until, disabled_at, disabled_reason, removed_at, version"
)
_GRANTS = {
    "webhooks": f"SELECT, INSERT, UPDATE ({_CHANGES})",
    "webhook_deliveries": "SELECT, INSERT, UPDATE (status, attempts, finished_at)",
}


def upgrade() -> None:
    """Make the tables, then shut each tenant in with its own rows."""
    op.create_table(
        "webhooks",
        *_owned("webhooks"),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("kinds", JSONB, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("old_secret", sa.LargeBinary),
        sa.Column("old_secret_until", TIMESTAMP(timezone=True)),
        _now("created_at"),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("disabled_at", TIMESTAMP(timezone=True)),
        sa.Column("disabled_reason", sa.String),
        sa.Column("removed_at", TIMESTAMP(timezone=True)),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
    )
    op.create_table(
        "webhook_deliveries",
        *_owned("webhook_deliveries"),
        sa.Column("webhook_id", sa.Uuid, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("replay", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("status", sa.String, nullable=False, server_default=sa.text("'pending'")),
        sa.Column("attempts", JSONB, nullable=False, server_default=sa.text("'[]'")),
        _now("created_at"),
        sa.Column("finished_at", TIMESTAMP(timezone=True)),
        _of("webhook_id", "webhooks"),
        _of("event_id", "events"),
        sa.UniqueConstraint(
            *("tenant_id", "webhook_id", "event_id", "replay"),
            name="uq_webhook_deliveries_tenant_id_webhook_id_event_id_replay",
        ),
    )
    op.create_index(
        "ix_webhook_deliveries_tenant_id_event_id", "webhook_deliveries", ["tenant_id", "event_id"]
    )
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


def _now(name: str) -> "sa.Column[object]":
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()"))


def _of(column: str, other: str) -> sa.ForeignKeyConstraint:
    name = f"fk_webhook_deliveries_{other}"
    return sa.ForeignKeyConstraint(["tenant_id", column], [f"{other}.tenant_id", f"{other}.id"], name)
