"""What was told long ago may be dropped: events, deliveries to webhooks and messages through channels."""

from alembic import op

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_ROLE = "plimsoll_app"
_TABLES = "events, webhook_deliveries, channel_messages"


def upgrade() -> None:
    """Let the application drop rows of its tenant."""
    op.execute(f"GRANT DELETE ON {_TABLES} TO {_ROLE}")


def downgrade() -> None:
    """Take the right back."""
    op.execute(f"REVOKE DELETE ON {_TABLES} FROM {_ROLE}")
