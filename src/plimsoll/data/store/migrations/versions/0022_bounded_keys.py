"""API keys that hold in some portfolios and on some desks alone; null for wherever their account may."""

import sqlalchemy as sa
from alembic import op

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_COLUMNS = ("portfolios", "desks")


def upgrade() -> None:
    """Add the columns; they are written with the key, and never changed."""
    for column in _COLUMNS:
        op.add_column("api_keys", sa.Column(column, sa.ARRAY(sa.Uuid)))


def downgrade() -> None:
    """End the keys that are bounded, for nothing would bound them any more."""
    op.execute("ALTER TABLE api_keys NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE api_keys SET revoked_at = now() "
        "WHERE revoked_at IS NULL AND (portfolios IS NOT NULL OR desks IS NOT NULL)"
    )
    op.execute("ALTER TABLE api_keys FORCE ROW LEVEL SECURITY")
    for column in reversed(_COLUMNS):
        op.drop_column("api_keys", column)
