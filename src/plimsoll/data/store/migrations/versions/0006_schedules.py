"""Schedules, and the trigger that puts their next firing into the queue."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ROLE = "plimsoll_app"
_OWN = "nullif(current_setting('plimsoll.tenant', true), '')::uuid"
_CHANGING = "name, request, cron, time_zone, calendar, next_at, last_at, last_job_id, problem, version"
# As for jobs: the application's role sees nothing of the queue, and can put no other entry into it.
_DUE = """
CREATE FUNCTION procrastinate.plimsoll_schedule_due() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = procrastinate, pg_temp AS $$
BEGIN
    PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW(
        'messages', 'plimsoll.schedule', 0, NULL, NULL,
        jsonb_build_object('tenant', NEW.tenant_id, 'schedule', NEW.id, 'at', NEW.next_at),
        NEW.next_at
    )]::procrastinate_job_to_defer_v1[]);
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    """Make the table and its trigger."""
    _schedules()
    op.execute("ALTER TABLE schedules ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE schedules FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_tenant ON schedules USING (tenant_id = (SELECT {_OWN}))")
    op.execute(f"GRANT SELECT, INSERT, DELETE, UPDATE ({_CHANGING}) ON schedules TO {_ROLE}")
    op.execute(_DUE)
    op.execute("REVOKE ALL ON FUNCTION procrastinate.plimsoll_schedule_due() FROM PUBLIC")
    for name, event, condition in (
        ("insert", "INSERT", "NEW.next_at IS NOT NULL"),
        (
            "update",
            "UPDATE OF next_at",
            "NEW.next_at IS NOT NULL AND NEW.next_at IS DISTINCT FROM OLD.next_at",
        ),
    ):
        op.execute(
            f"CREATE TRIGGER plimsoll_schedule_due_{name} AFTER {event} ON schedules"
            f" FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION procrastinate.plimsoll_schedule_due()"
        )


def downgrade() -> None:
    """Drop schedules and their entries."""
    op.drop_table("schedules")
    op.execute("DROP FUNCTION procrastinate.plimsoll_schedule_due()")
    op.execute("SET LOCAL search_path = procrastinate, public")
    op.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'plimsoll.schedule'")
    op.execute("SET LOCAL search_path TO DEFAULT")


def _schedules() -> None:
    now = sa.text("now()")
    op.create_table(
        "schedules",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("tenant_id", sa.Uuid, nullable=False, server_default=sa.text(_OWN)),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("portfolio_id", sa.Uuid, nullable=False),
        sa.Column("request", JSONB, nullable=False),
        sa.Column("cron", sa.String, nullable=False),
        sa.Column("time_zone", sa.String, nullable=False),
        sa.Column("calendar", sa.String),
        sa.Column("next_at", TIMESTAMP(timezone=True)),
        sa.Column("last_at", TIMESTAMP(timezone=True)),
        sa.Column("last_job_id", sa.Uuid),
        sa.Column("problem", sa.String),
        sa.Column("created_at", TIMESTAMP(timezone=True), nullable=False, server_default=now),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], "fk_schedules_tenants"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "portfolio_id"],
            ["portfolios.tenant_id", "portfolios.id"],
            "fk_schedules_portfolios",
        ),
        sa.UniqueConstraint("tenant_id", "id", name="uq_schedules_tenant_id_id"),
    )
    op.create_index("ix_schedules_tenant_id_portfolio_id", "schedules", ["tenant_id", "portfolio_id"])
