"""Signing keys, service accounts, API keys and refresh tokens, each tenant's rows for itself."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from plimsoll.data.store.migrations.look_ups import drop_look_up, make_look_up

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ROLE = "plimsoll_app"
_OWN = "nullif(current_setting('plimsoll.tenant', true), '')::uuid"
# Refresh tokens that were used stay until their family has ended, so that one is known when it comes back.
_GRANTS = {
    "signing_keys": "SELECT, INSERT, UPDATE (private_key, revoked_at)",
    "service_accounts": "SELECT, INSERT, UPDATE (public_keys, disabled_at, version)",
    "api_keys": "SELECT, INSERT, UPDATE (last_used_at, revoked_at)",
    "client_assertions": "SELECT, INSERT, DELETE",
    "refresh_families": "SELECT, INSERT, UPDATE (revoked_at, revoked_reason), DELETE",
    "refresh_tokens": "SELECT, INSERT, UPDATE (rotated_at, successor), DELETE",
}
_LOOK_UPS = {
    "service_accounts": ("id", "uuid"),
    "api_keys": ("digest", "bytea"),
    "refresh_tokens": ("digest", "bytea"),
}


def upgrade() -> None:
    """Make the tables, then shut each tenant in with its own rows."""
    _signing_keys()
    _service_accounts()
    _api_keys()
    _client_assertions()
    _refresh_families()
    _refresh_tokens()
    for table, grants in _GRANTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_tenant ON {table} USING (tenant_id = (SELECT {_OWN}))")
        op.execute(f"GRANT {grants} ON {table} TO {_ROLE}")
    for table, (column, kind) in _LOOK_UPS.items():
        make_look_up(table, column, kind)


def downgrade() -> None:
    """Drop the tables with all that is in them."""
    for table, (_, kind) in _LOOK_UPS.items():
        drop_look_up(table, kind)
    for table in reversed(_GRANTS):
        op.drop_table(table)


def _signing_keys() -> None:
    op.create_table(
        "signing_keys",
        _text("kid"),
        _tenant(),
        sa.Column("private_key", sa.LargeBinary, nullable=False),
        _instant("created_at"),
        _instant("active_from"),
        _instant("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "kid", name="pk_signing_keys"),
        _of_tenant("signing_keys"),
    )


def _service_accounts() -> None:
    op.create_table(
        "service_accounts",
        *_owned("service_accounts"),
        _text("name"),
        sa.Column("permissions", JSONB, nullable=False),
        sa.Column("public_keys", JSONB, nullable=False, server_default=sa.text("'[]'")),
        _now("created_at"),
        _text("created_by"),
        _instant("disabled_at", nullable=True),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.UniqueConstraint("tenant_id", "name", name="uq_service_accounts_tenant_id_name"),
    )


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        *_owned("api_keys"),
        *_of("api_keys", "account_id", "service_accounts"),
        _text("name"),
        _digest(),
        sa.Column("permissions", JSONB, nullable=False),
        sa.Column("canary", sa.Boolean, nullable=False, server_default=sa.text("false")),
        _now("created_at"),
        _text("created_by"),
        _instant("expires_at"),
        _instant("last_used_at", nullable=True),
        _instant("revoked_at", nullable=True),
    )
    op.create_index("ix_api_keys_tenant_id_account_id", "api_keys", ["tenant_id", "account_id"])
    op.create_index("uq_api_keys_digest", "api_keys", ["digest"], unique=True)


def _client_assertions() -> None:
    op.create_table(
        "client_assertions",
        _tenant(),
        *_of("client_assertions", "account_id", "service_accounts"),
        _digest(),
        _instant("expires_at"),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", "digest", name="pk_client_assertions"),
        _of_tenant("client_assertions"),
    )


def _refresh_families() -> None:
    op.create_table(
        "refresh_families",
        *_owned("refresh_families"),
        _text("subject"),
        sa.Column("session_id", sa.Uuid, nullable=False),
        _instant("authenticated_at"),
        sa.Column("factors", JSONB, nullable=False),
        _instant("created_at"),
        _instant("ends_at"),
        sa.Column("sliding_seconds", sa.Integer, nullable=False),
        _instant("revoked_at", nullable=True),
        sa.Column("revoked_reason", sa.String),
    )
    for column in ("session_id", "subject"):
        op.create_index(f"ix_refresh_families_tenant_id_{column}", "refresh_families", ["tenant_id", column])


def _refresh_tokens() -> None:
    op.create_table(
        "refresh_tokens",
        *_owned("refresh_tokens"),
        *_of("refresh_tokens", "family_id", "refresh_families"),
        _digest(),
        _now("created_at"),
        _instant("expires_at"),
        _instant("rotated_at", nullable=True),
        sa.Column("successor", sa.LargeBinary),
    )
    op.create_index("ix_refresh_tokens_tenant_id_family_id", "refresh_tokens", ["tenant_id", "family_id"])
    op.create_index("uq_refresh_tokens_digest", "refresh_tokens", ["digest"], unique=True)


def _owned(table: str) -> list[sa.schema.SchemaItem]:
    unique = sa.UniqueConstraint("tenant_id", "id", name=f"uq_{table}_tenant_id_id")
    return [sa.Column("id", sa.Uuid, primary_key=True), _tenant(), _of_tenant(table), unique]


def _tenant() -> "sa.Column[object]":
    return sa.Column("tenant_id", sa.Uuid, nullable=False, server_default=sa.text(_OWN))


def _of_tenant(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], f"fk_{table}_tenants")


def _of(table: str, column: str, other: str) -> list[sa.schema.SchemaItem]:
    own = ["tenant_id", column]
    key = sa.ForeignKeyConstraint(own, [f"{other}.tenant_id", f"{other}.id"], f"fk_{table}_{other}")
    return [sa.Column(column, sa.Uuid, nullable=False), key]


def _digest() -> "sa.Column[object]":
    return sa.Column("digest", sa.LargeBinary, nullable=False)


def _text(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.String, nullable=False)


def _instant(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=nullable)


def _now(name: str) -> "sa.Column[object]":
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()"))
