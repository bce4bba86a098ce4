"""Providers of single sign-on, who is on the way to them, and who is who there, each tenant's for itself."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

from plimsoll.data.store.migrations.look_ups import drop_look_up, make_look_up

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ROLE = "plimsoll_app"
_OWN = "nullif(current_setting('plimsoll.tenant', true), '')::uuid"
_GRANTS = {
    "identity_providers": "SELECT, INSERT, UPDATE (client_secret, removed_at)",
    "provider_sign_ins": "SELECT, INSERT, DELETE",
    "linked_identities": "SELECT, INSERT",
}
_LOOK_UPS = {"identity_providers": ("id", "uuid"), "provider_sign_ins": ("digest", "bytea")}


def upgrade() -> None:
    """Make the tables, then shut each tenant in with its own rows."""
    op.create_table(
        "identity_providers",
        *_owned("identity_providers"),
        *(_text(name) for name in ("name", "issuer", "client_id")),
        sa.Column("client_secret", sa.LargeBinary, nullable=False),
        _now("created_at"),
        _text("created_by"),
        sa.Column("removed_at", TIMESTAMP(timezone=True)),
    )
    op.create_table(
        "provider_sign_ins",
        *_owned("provider_sign_ins"),
        *_of("provider_sign_ins", "provider_id", "identity_providers"),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("browser", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", TIMESTAMP(timezone=True), nullable=False),
        sa.UniqueConstraint("digest", name="uq_provider_sign_ins_digest"),
    )
    op.create_table(
        "linked_identities",
        _tenant(),
        *_of("linked_identities", "provider_id", "identity_providers"),
        _text("subject"),
        *_of("linked_identities", "user_id", "users"),
        _now("created_at"),
        sa.PrimaryKeyConstraint("tenant_id", "provider_id", "subject", name="pk_linked_identities"),
        _of_tenant("linked_identities"),
    )
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


def _text(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.String, nullable=False)


def _now(name: str) -> "sa.Column[object]":
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()"))
