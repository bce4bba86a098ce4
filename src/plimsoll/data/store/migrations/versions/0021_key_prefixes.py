"""The first characters of an API key, by which people tell one from another; null for those made before."""

import sqlalchemy as sa
from alembic import op

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; it is written with the key, and never changed."""
    op.add_column("api_keys", sa.Column("prefix", sa.String()))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("api_keys", "prefix")
