"""People, devices, sessions, one-time tokens, pending sign-ins and throttles, each tenant's for itself."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from plimsoll.data.store.migrations.look_ups import drop_look_up, make_look_up

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ROLE = "plimsoll_app"
_OWN = "nullif(current_setting('plimsoll.tenant', true), '')::uuid"
_USER = "email, name, password, password_changed_at, administrator, enabled, epoch, version"
_GRANTS = {
    "users": f"SELECT, INSERT, UPDATE ({_USER})",
    "devices": "SELECT, INSERT, UPDATE (seen_at), DELETE",
    "sessions": "SELECT, INSERT, UPDATE (digest, epoch, factors, seen_at, stepped_up_at, ended_at), DELETE",
    "one_time_tokens": "SELECT, INSERT, UPDATE (used_at), DELETE",
    "sign_ins": "SELECT, INSERT, UPDATE (tries, ended_at), DELETE",
    "throttles": "SELECT, INSERT, UPDATE (count, since), DELETE",
}
_LOOK_UPS = {
    "tenants": ("name", "text"),
    "sessions": ("digest", "bytea"),
    "one_time_tokens": ("digest", "bytea"),
    "sign_ins": ("digest", "bytea"),
}


def upgrade() -> None:
    """Make the tables, then shut each tenant in with its own rows."""
    _users()
    _devices()
    _sessions()
    _one_time_tokens()
    _sign_ins()
    _throttles()
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


def _users() -> None:
    op.create_table(
        "users",
        *_owned("users"),
        _text("email"),
        _text("name"),
        sa.Column("password", sa.String),
        sa.Column("password_changed_at", TIMESTAMP(timezone=True)),
        sa.Column("administrator", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("enabled", sa.Boolean, nullable=False, server_default=sa.text("true")),
        sa.Column("epoch", sa.Integer, nullable=False, server_default=sa.text("1")),
        _now("created_at"),
        _text("created_by"),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        _unique("users", "tenant_id", "id"),
        _unique("users", "tenant_id", "email"),
    )


def _devices() -> None:
    op.create_table(
        "devices",
        *_owned("devices"),
        *_of_user("devices"),
        _digest(),
        _now("created_at"),
        _now("seen_at"),
        _unique("devices", "tenant_id", "user_id", "digest"),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        *_owned("sessions"),
        *_of_user("sessions"),
        _digest(),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("factors", JSONB, nullable=False),
        _instant("created_at"),
        _instant("seen_at"),
        _instant("stepped_up_at", nullable=True),
        _instant("ended_at", nullable=True),
        _text("address"),
        _text("agent"),
        _unique("sessions", "tenant_id", "id"),
        _unique("sessions", "digest"),
    )
    _index("sessions", "tenant_id", "user_id", "ended_at")


def _one_time_tokens() -> None:
    op.create_table(
        "one_time_tokens",
        *_owned("one_time_tokens"),
        _text("purpose"),
        *_of_user("one_time_tokens", nullable=True),
        _digest(),
        sa.Column("detail", JSONB, nullable=False),
        _instant("created_at"),
        _text("created_by"),
        _instant("expires_at"),
        _instant("used_at", nullable=True),
        _unique("one_time_tokens", "digest"),
    )
    _index("one_time_tokens", "tenant_id", "user_id", "purpose")


def _sign_ins() -> None:
    op.create_table(
        "sign_ins",
        *_owned("sign_ins"),
        *_of_user("sign_ins"),
        _digest(),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("factors", JSONB, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0")),
        _instant("created_at"),
        _instant("expires_at"),
        _instant("ended_at", nullable=True),
        _unique("sign_ins", "digest"),
    )
    _index("sign_ins", "tenant_id", "user_id")


def _throttles() -> None:
    op.create_table(
        "throttles",
        _tenant(),
        _text("kind"),
        sa.Column("subject", sa.LargeBinary, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        _instant("since"),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "subject", name="pk_throttles"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], "fk_throttles_tenants"),
    )


def _owned(table: str) -> list[sa.schema.SchemaItem]:
    key = sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], f"fk_{table}_tenants")
    return [sa.Column("id", sa.Uuid, primary_key=True), _tenant(), key]


def _tenant() -> "sa.Column[object]":
    return sa.Column("tenant_id", sa.Uuid, nullable=False, server_default=sa.text(_OWN))


def _of_user(table: str, *, nullable: bool = False) -> list[sa.schema.SchemaItem]:
    own = ["tenant_id", "user_id"]
    key = sa.ForeignKeyConstraint(own, ["users.tenant_id", "users.id"], f"fk_{table}_users")
    return [sa.Column("user_id", sa.Uuid, nullable=nullable), key]


def _digest() -> "sa.Column[object]":
    return sa.Column("digest", sa.LargeBinary, nullable=False)


def _text(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.String, nullable=False)


def _instant(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=nullable)


def _now(name: str) -> "sa.Column[object]":
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
