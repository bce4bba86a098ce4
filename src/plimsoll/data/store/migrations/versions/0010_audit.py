"""Security events that nobody changes, and the seals that would show it if somebody did."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ROLE = "plimsoll_app"
_OWN = "nullif(current_setting('plimsoll.tenant', true), '')::uuid"
_TABLES = ("audit_unsealed", "audit_events", "audit_seals")
_APPEND_ONLY = ("audit_events", "audit_seals")
_REFUSE = """
CREATE FUNCTION plimsoll_append_only() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$
"""
# As the owner, so that the application itself cannot say that an event waits for its seal, or not.
_QUEUE = """
CREATE FUNCTION plimsoll_audit_unsealed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.audit_unsealed (tenant_id, event_id) VALUES (NEW.tenant_id, NEW.id)
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$
"""
# Whoever seals has to know for whom. It hands out ids of tenants and nothing else.
_WAITING = """
CREATE FUNCTION plimsoll_unsealed_tenants() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT tenant_id FROM public.audit_unsealed
$$
"""
# The owner is held back by row-level security too; this lets it, and nobody else, see whose events wait.
_LOOK_UP = """
CREATE POLICY look_up ON audit_unsealed FOR SELECT USING (
    current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'audit_unsealed'::regclass)
)
"""


def upgrade() -> None:
    """Make the tables, shut each tenant in with its own rows, and everybody out of what is written."""
    _audit_unsealed()
    _audit_events()
    _audit_seals()
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_tenant ON {table} USING (tenant_id = (SELECT {_OWN}))")
    op.execute(_REFUSE)
    for table in _APPEND_ONLY:
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {_ROLE}")
        op.execute(
            f"CREATE TRIGGER {table}_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION plimsoll_append_only()"
        )
    op.execute(_LOOK_UP)
    op.execute(f"GRANT SELECT, DELETE ON audit_unsealed TO {_ROLE}")
    op.execute(_QUEUE)
    op.execute(
        "CREATE TRIGGER audit_events_unsealed AFTER INSERT ON audit_events"
        " FOR EACH ROW EXECUTE FUNCTION plimsoll_audit_unsealed()"
    )
    op.execute(_WAITING)
    for function in ("plimsoll_audit_unsealed()", "plimsoll_unsealed_tenants()"):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION plimsoll_unsealed_tenants() TO {_ROLE}")


def downgrade() -> None:
    """Drop the tables with all that is in them."""
    op.execute("DROP FUNCTION plimsoll_unsealed_tenants()")
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.execute("DROP FUNCTION plimsoll_audit_unsealed()")
    op.execute("DROP FUNCTION plimsoll_append_only()")


def _tenant(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("tenant_id", sa.Uuid, nullable=False, server_default=sa.text(_OWN)),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], f"fk_{table}_tenants"),
    ]


def _audit_unsealed() -> None:
    op.create_table(
        "audit_unsealed",
        *_tenant("audit_unsealed"),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "event_id", name="pk_audit_unsealed"),
    )


def _audit_events() -> None:
    empty = sa.text("''")
    now = sa.text("clock_timestamp()")
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_tenant("audit_events"),
        sa.Column("recorded_at", TIMESTAMP(timezone=True), nullable=False, server_default=now),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("actor", sa.String),
        sa.Column("actor_name", sa.String, nullable=False, server_default=empty),
        sa.Column("session_id", sa.Uuid),
        sa.Column("subject", sa.String, nullable=False, server_default=empty),
        sa.Column("detail", JSONB, nullable=False),
        sa.Column("address", sa.String, nullable=False, server_default=empty),
        sa.Column("request_id", sa.String, nullable=False, server_default=empty),
        sa.UniqueConstraint("tenant_id", "id", name="uq_audit_events_tenant_id_id"),
    )
    for column in ("action", "actor", "subject"):
        op.create_index(
            f"ix_audit_events_tenant_id_{column}_recorded_at",
            "audit_events",
            ["tenant_id", column, "recorded_at"],
        )


def _audit_seals() -> None:
    op.create_table(
        "audit_seals",
        *_tenant("audit_seals"),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("key_id", sa.String, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "sequence", name="pk_audit_seals"),
        sa.UniqueConstraint("tenant_id", "event_id", name="uq_audit_seals_tenant_id_event_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["audit_events.tenant_id", "audit_events.id"],
            "fk_audit_seals_audit_events",
        ),
    )
