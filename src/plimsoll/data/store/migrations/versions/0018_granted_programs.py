"""Service accounts hold grants as people do: what one was made with becomes a role of its own.

The column it was kept in stays for versions that read it; this one does not, and fills it no more. An API key
that narrows nothing follows its account: its permissions are null.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TABLES = ("service_accounts", "api_keys", "roles", "grants")
_ROLES = """
INSERT INTO roles (id, tenant_id, name, description, permissions, created_at, created_by)
SELECT
    id, tenant_id, 'account:' || id, 'What ' || name || ' was made with', permissions, created_at, created_by
FROM service_accounts WHERE jsonb_typeof(permissions) = 'array' AND permissions <> '[]'
ON CONFLICT (id) DO NOTHING
"""
# What one person could give to a program before stays in force, marked where it is privileged.
_GRANTED = """
INSERT INTO grants
    (id, tenant_id, holder_kind, holder_id, role, role_id, status, privileged, comment, proposed_by,
    proposed_at)
SELECT account.id, account.tenant_id, 'account', account.id, 'account:' || account.id, account.id, 'active',
    EXISTS (
        SELECT FROM jsonb_array_elements_text(account.permissions) AS held
        WHERE held = 'limits:approve' OR (
            split_part(held, ':', 1) IN
                ('users', 'roles', 'teams', 'grants', 'accounts', 'keys', 'sessions', 'secrets', 'audit')
            AND split_part(held, ':', 2) <> 'read'
        )
    ),
    'What it was made with', account.created_by, account.created_at
FROM service_accounts AS account
WHERE jsonb_typeof(account.permissions) = 'array' AND account.permissions <> '[]'
ON CONFLICT (id) DO NOTHING
"""
_KEYS = """
UPDATE api_keys SET permissions = account.permissions
FROM service_accounts AS account WHERE account.id = api_keys.account_id AND api_keys.permissions IS NULL
"""


def upgrade() -> None:
    """Give each account what it has, as a grant."""
    op.alter_column("service_accounts", "permissions", server_default=sa.text("'[]'"), existing_type=JSONB)
    op.alter_column("api_keys", "permissions", nullable=True, existing_type=JSONB)
    _as_owner(_ROLES, _GRANTED)


def downgrade() -> None:
    """Let accounts have what they were made with again; what was granted stays written down."""
    _as_owner(_KEYS)
    op.alter_column("api_keys", "permissions", nullable=False, existing_type=JSONB)
    op.alter_column("service_accounts", "permissions", server_default=None, existing_type=JSONB)


def _as_owner(*statements: str) -> None:
    """Look past the policies, which hold the owner of a table back as long as they are forced."""
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for statement in statements:
        op.execute(statement)
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
