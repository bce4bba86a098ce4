"""Data keys, each tenant's rows for itself."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ROLE = "plimsoll_app"
_OWN = "nullif(current_setting('plimsoll.tenant', true), '')::uuid"
_GRANTS = "SELECT, INSERT, UPDATE (provider, master, wrapped, retired_at), DELETE"


def upgrade() -> None:
    """Make the table, then shut each tenant in with its own rows."""
    op.create_table(
        "data_keys",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("tenant_id", sa.Uuid, nullable=False, server_default=sa.text(_OWN)),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("provider", sa.String, nullable=False),
        sa.Column("master", sa.String, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        _instant("created_at"),
        _instant("active_from"),
        sa.Column("retired_at", TIMESTAMP(timezone=True)),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], "fk_data_keys_tenants"),
        sa.UniqueConstraint("tenant_id", "id", name="uq_data_keys_tenant_id_id"),
        sa.UniqueConstraint(
            *("tenant_id", "purpose", "number"), name="uq_data_keys_tenant_id_purpose_number"
        ),
        sa.CheckConstraint("purpose IN ('seal', 'index')", "ck_data_keys_purpose"),
    )
    op.execute("ALTER TABLE data_keys ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE data_keys FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_tenant ON data_keys USING (tenant_id = (SELECT {_OWN}))")
    op.execute(f"GRANT {_GRANTS} ON data_keys TO {_ROLE}")


def downgrade() -> None:
    """Drop the table with all that is in it: what was sealed by its keys cannot be opened any more."""
    op.drop_table("data_keys")


def _instant(name: str) -> "sa.Column[object]":
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()"))
