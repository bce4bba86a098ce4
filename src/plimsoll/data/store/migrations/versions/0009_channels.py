"""Channels and what is told through them, each tenant's rows for itself."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ROLE = "plimsoll_app"
_OWN = "nullif(current_setting('plimsoll.tenant', true), '')::uuid"
_CHANGES = (
    "name, kinds, minimum_severity, quiet_hours, escalate_after_minutes, enabled, url, removed_at, version"
)
_GRANTS = {
    "channels": f"SELECT, INSERT, UPDATE ({_CHANGES})",
    "channel_messages": "SELECT, INSERT, UPDATE (status, digest, tried_at)",
}


def upgrade() -> None:
    """Make the tables, then shut each tenant in with its own rows."""
    op.create_table(
        "channels",
        *_owned("channels"),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("scheme", sa.String, nullable=False),
        sa.Column("url", sa.LargeBinary, nullable=False),
        sa.Column("kinds", JSONB, nullable=False),
        sa.Column("minimum_severity", sa.String, nullable=False),
        sa.Column("quiet_hours", JSONB),
        sa.Column("escalate_after_minutes", sa.Integer),
        sa.Column("enabled", sa.Boolean, nullable=False, server_default=sa.text("true")),
        _now("created_at"),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("removed_at", TIMESTAMP(timezone=True)),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
    )
    op.create_table(
        "channel_messages",
        *_owned("channel_messages"),
        sa.Column("channel_id", sa.Uuid, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("status", sa.String, nullable=False, server_default=sa.text("'pending'")),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("put_off", sa.Boolean, nullable=False),
        _now("created_at"),
        sa.Column("digest", sa.Uuid),
        sa.Column("tried_at", TIMESTAMP(timezone=True)),
        _of("channel_id", "channels"),
        _of("event_id", "events"),
        sa.UniqueConstraint(
            *("tenant_id", "channel_id", "event_id"), name="uq_channel_messages_tenant_id_channel_id_event_id"
        ),
    )
    op.create_index("ix_channel_messages_tenant_id_event_id", "channel_messages", ["tenant_id", "event_id"])
    op.create_index(
        "ix_channel_messages_tenant_id_channel_id_tried_at",
        "channel_messages",
        ["tenant_id", "channel_id", "tried_at"],
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
    name = f"fk_channel_messages_{other}"
    return sa.ForeignKeyConstraint(["tenant_id", column], [f"{other}.tenant_id", f"{other}.id"], name)
