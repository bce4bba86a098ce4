"""Factors, their codes and challenges, recoveries, and what may be sent by SMS; each tenant has its own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ROLE = "plimsoll_app"
_OWN = "nullif(current_setting('plimsoll.tenant', true), '')::uuid"
_FACTOR = "secret, counter, confirmed_at, used_at, suspended_at, removed_at"
_GRANTS = {
    "factors": f"SELECT, INSERT, UPDATE ({_FACTOR})",
    "recovery_codes": "SELECT, INSERT, UPDATE (used_at, replaced_at)",
    "factor_challenges": "SELECT, INSERT, UPDATE (tries, used_at), DELETE",
    "account_recoveries": "SELECT, INSERT, UPDATE (decided_by, decided_at, approved)",
    "sms_policies": "SELECT, INSERT, UPDATE (enabled, countries, monthly_cents, message_cents, version)",
    "sms_spending": "SELECT, INSERT, UPDATE (cents)",
}


def upgrade() -> None:
    """Make the tables, then shut each tenant in with its own rows."""
    _factors()
    _recovery_codes()
    _factor_challenges()
    _account_recoveries()
    _sms()
    for table, grants in _GRANTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_tenant ON {table} USING (tenant_id = (SELECT {_OWN}))")
        op.execute(f"GRANT {grants} ON {table} TO {_ROLE}")


def downgrade() -> None:
    """Drop the tables with all that is in them."""
    for table in reversed(_GRANTS):
        op.drop_table(table)


def _factors() -> None:
    op.create_table(
        "factors",
        *_owned("factors"),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("secret", sa.LargeBinary),
        sa.Column("credential_id", sa.LargeBinary),
        sa.Column("public_key", sa.LargeBinary),
        sa.Column("counter", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        _now("created_at"),
        *(_instant(name) for name in ("confirmed_at", "used_at", "suspended_at", "removed_at")),
        sa.UniqueConstraint("tenant_id", "id", name="uq_factors_tenant_id_id"),
    )
    op.create_index("ix_factors_tenant_id_user_id", "factors", ["tenant_id", "user_id"])
    op.create_index(
        "uq_factors_credentials",
        "factors",
        ["tenant_id", "credential_id"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )


def _recovery_codes() -> None:
    op.create_table(
        "recovery_codes",
        *_owned("recovery_codes"),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        _now("created_at"),
        _instant("used_at"),
        _instant("replaced_at"),
        sa.UniqueConstraint(
            *("tenant_id", "user_id", "digest"), name="uq_recovery_codes_tenant_id_user_id_digest"
        ),
    )


def _factor_challenges() -> None:
    op.create_table(
        "factor_challenges",
        *_owned("factor_challenges"),
        sa.Column("factor_id", sa.Uuid),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        _now("created_at"),
        sa.Column("ends_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0")),
        _instant("used_at"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "factor_id"], ["factors.tenant_id", "factors.id"], "fk_factor_challenges_factors"
        ),
        sa.UniqueConstraint("tenant_id", "id", name="uq_factor_challenges_tenant_id_id"),
    )
    op.create_index(
        "ix_factor_challenges_tenant_id_user_id",
        "factor_challenges",
        ["tenant_id", "user_id", "purpose"],
    )


def _account_recoveries() -> None:
    op.create_table(
        "account_recoveries",
        *_owned("account_recoveries"),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("requested_by", sa.String, nullable=False),
        *(sa.Column(name, TIMESTAMP(timezone=True), nullable=False) for name in ("requested_at", "ends_at")),
        sa.Column("decided_by", sa.String),
        _instant("decided_at"),
        sa.Column("approved", sa.Boolean),
        sa.UniqueConstraint("tenant_id", "id", name="uq_account_recoveries_tenant_id_id"),
    )
    op.create_index("ix_account_recoveries_tenant_id_user_id", "account_recoveries", ["tenant_id", "user_id"])


def _sms() -> None:
    cents = ("monthly_cents", "message_cents")
    op.create_table(
        "sms_policies",
        *_once("sms_policies"),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("countries", JSONB, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in cents),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
    )
    op.create_table(
        "sms_spending",
        *_once("sms_spending", "month"),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("cents", sa.Integer, nullable=False),
    )


def _once(table: str, *key: str) -> list[sa.schema.SchemaItem]:
    """Return what a table begins with that has one row for each tenant, or for each tenant and key."""
    return [
        sa.Column("tenant_id", sa.Uuid, nullable=False, server_default=sa.text(_OWN)),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], f"fk_{table}_tenants"),
        sa.PrimaryKeyConstraint("tenant_id", *key, name=f"pk_{table}"),
    ]


def _owned(table: str) -> list[sa.schema.SchemaItem]:
    """Return what each row begins with: its id, its tenant, and a person of that tenant."""
    return [
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("tenant_id", sa.Uuid, nullable=False, server_default=sa.text(_OWN)),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], f"fk_{table}_tenants"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"], ["users.tenant_id", "users.id"], f"fk_{table}_users"
        ),
    ]


def _now(name: str) -> "sa.Column[object]":
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()"))


def _instant(name: str) -> "sa.Column[object]":
    return sa.Column(name, TIMESTAMP(timezone=True))
