"""Instruments with their history, and what a list of imports shows without reading the positions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ROLE = "plimsoll_app"
_OWN = "nullif(current_setting('plimsoll.tenant', true), '')::uuid"
_GRANTS = {
    "instruments": "SELECT, INSERT, UPDATE (name, attributes, version, updated_at)",
    "instrument_changes": "SELECT, INSERT",
}
# Kept by PostgreSQL itself, so that an older version of Plimsoll need not know them.
_COUNTED = {
    "positions": "jsonb_array_length(document -> 'positions')",
    "refused": "jsonb_array_length(document -> 'failures')",
    "size": "octet_length(source)",
}
_FIRST_SEEN = """
INSERT INTO instruments
    (id, tenant_id, symbol, kind, currency, name, attributes, option, first_seen, updated_at)
SELECT DISTINCT ON (tenant_id, symbol)
    gen_random_uuid(), tenant_id, symbol, held ->> 'kind', held ->> 'currency', held ->> 'name', '{}',
    nullif(held -> 'option', 'null'), known_at, known_at
FROM holdings,
    jsonb_array_elements(document -> 'positions') AS position,
    LATERAL (SELECT position -> 'instrument' AS held) AS which,
    LATERAL (SELECT held ->> 'symbol' AS symbol) AS named
ORDER BY tenant_id, symbol, known_at
"""


def upgrade() -> None:
    """Make the tables, register what is held already, then shut each tenant in with its own rows."""
    for name, expression in _COUNTED.items():
        op.execute(f"ALTER TABLE holdings ADD COLUMN {name} int GENERATED ALWAYS AS ({expression}) STORED")
    _instruments()
    _instrument_changes()
    # The owner of a table is held back by its policies as long as they are forced.
    op.execute("ALTER TABLE holdings NO FORCE ROW LEVEL SECURITY")
    op.execute(_FIRST_SEEN)
    op.execute("ALTER TABLE holdings FORCE ROW LEVEL SECURITY")
    for table, grants in _GRANTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_tenant ON {table} USING (tenant_id = (SELECT {_OWN}))")
        op.execute(f"GRANT {grants} ON {table} TO {_ROLE}")


def downgrade() -> None:
    """Drop the tables with all that is in them, and the counts."""
    for table in reversed(_GRANTS):
        op.drop_table(table)
    for name in _COUNTED:
        op.drop_column("holdings", name)


def _owned(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("tenant_id", sa.Uuid, nullable=False, server_default=sa.text(_OWN)),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], f"fk_{table}_tenants"),
        sa.UniqueConstraint("tenant_id", "id", name=f"uq_{table}_tenant_id_id"),
    ]


def _instruments() -> None:
    op.create_table(
        "instruments",
        *_owned("instruments"),
        *(sa.Column(name, sa.String, nullable=False) for name in ("symbol", "kind", "currency", "name")),
        sa.Column("attributes", JSONB, nullable=False),
        sa.Column("option", JSONB),
        sa.Column("first_seen", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("updated_at", TIMESTAMP(timezone=True), nullable=False),
        sa.UniqueConstraint("tenant_id", "symbol", name="uq_instruments_tenant_id_symbol"),
    )


def _instrument_changes() -> None:
    op.create_table(
        "instrument_changes",
        *_owned("instrument_changes"),
        sa.Column("instrument_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("attributes", JSONB, nullable=False),
        sa.Column("changed_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "instrument_id"],
            ["instruments.tenant_id", "instruments.id"],
            "fk_instrument_changes_instruments",
        ),
        sa.UniqueConstraint(
            "tenant_id",
            "instrument_id",
            "version",
            name="uq_instrument_changes_tenant_id_instrument_id_version",
        ),
    )
