"""Whether a password is long enough to stand alone, known since it was chosen or typed; null for unknown."""

import sqlalchemy as sa
from alembic import op

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, which the application may change."""
    op.add_column("users", sa.Column("password_alone", sa.Boolean))
    op.execute("GRANT UPDATE (password_alone) ON users TO plimsoll_app")


def downgrade() -> None:
    """Forget it: nobody is asked for a longer password then."""
    op.drop_column("users", "password_alone")
