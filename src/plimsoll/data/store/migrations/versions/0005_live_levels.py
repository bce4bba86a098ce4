"""The last price of each symbol, each tenant's for itself; and a quick way to the run of the latest date."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ROLE = "plimsoll_app"
_OWN = "nullif(current_setting('plimsoll.tenant', true), '')::uuid"
_LATEST = "ix_runs_tenant_id_portfolio_id_as_of_id"


def upgrade() -> None:
    """Make the table and the index, and shut each tenant in with its own rows."""
    op.create_table(
        "live_levels",
        sa.Column("tenant_id", sa.Uuid, nullable=False, server_default=sa.text(_OWN)),
        sa.Column("symbol", sa.String, nullable=False),
        sa.Column("price", sa.Double, nullable=False),
        sa.Column("at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("stamp", sa.BigInteger, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "symbol", name="pk_live_levels"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], "fk_live_levels_tenants"),
    )
    op.execute("ALTER TABLE live_levels ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE live_levels FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_tenant ON live_levels USING (tenant_id = (SELECT {_OWN}))")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (price, at, stamp, source) ON live_levels TO {_ROLE}")
    op.create_index(_LATEST, "runs", ["tenant_id", "portfolio_id", "as_of", "id"])


def downgrade() -> None:
    """Drop the index, and the table with all that is in it."""
    op.drop_index(_LATEST)
    op.drop_table("live_levels")
