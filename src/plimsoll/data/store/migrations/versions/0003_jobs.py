"""Jobs, and the queue of Procrastinate that they are fetched from."""

import hashlib

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from plimsoll.errors import UnavailableError

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ROLE = "plimsoll_app"
_QUEUE_ROLE = "plimsoll_queue"
# Of the tables of procrastinate 3.10; where that package changes them, a revision of ours has to follow.
_QUEUE_SCHEMA = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"
_OWN = "nullif(current_setting('plimsoll.tenant', true), '')::uuid"
_CHANGING = (
    "status, run_at, started_at, finished_at, attempts, failures, deaths, entry, progress_done,"
    " progress_total, progress_message, progressed_at, reason, result, version"
)
# A job and its entry in the queue are one statement: whoever may write the one gets the other, and can write
# no other entry. The function runs as the owner, for the application's role sees nothing of the queue.
_QUEUED = """
CREATE FUNCTION procrastinate.plimsoll_job_queued() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = procrastinate, pg_temp AS $$
BEGIN
    PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW(
        NEW.queue, 'plimsoll.job', 0, NULL, NULL,
        jsonb_build_object('tenant', NEW.tenant_id, 'job', NEW.id),
        CASE WHEN NEW.run_at > now() THEN NEW.run_at END
    )]::procrastinate_job_to_defer_v1[]);
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    """Make the queue, the table and the trigger that ties them together."""
    _queue()
    _jobs()
    op.execute("ALTER TABLE jobs ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE jobs FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_tenant ON jobs USING (tenant_id = (SELECT {_OWN}))")
    op.execute(f"GRANT SELECT, INSERT, DELETE, UPDATE ({_CHANGING}) ON jobs TO {_ROLE}")
    op.execute(_QUEUED)
    op.execute("REVOKE ALL ON FUNCTION procrastinate.plimsoll_job_queued() FROM PUBLIC")
    for event, condition in (
        ("INSERT", "NEW.status = 'queued'"),
        ("UPDATE OF status", "NEW.status = 'queued' AND OLD.status <> 'queued'"),
    ):
        op.execute(
            f"CREATE TRIGGER plimsoll_job_queued_{event.partition(' ')[0].lower()} AFTER {event} ON jobs"
            f" FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION procrastinate.plimsoll_job_queued()"
        )


def downgrade() -> None:
    """Drop jobs and queue with all that is in them."""
    op.drop_table("jobs")
    op.execute("DROP SCHEMA procrastinate CASCADE")


def _queue() -> None:
    """Install Procrastinate's own tables in a schema of their own, which only the worker's role sees."""
    from procrastinate.schema import SchemaManager  # half a second, and needed here alone

    op.execute("CREATE SCHEMA procrastinate")
    op.execute("SET LOCAL search_path = procrastinate")
    tables = SchemaManager.get_schema()
    found = hashlib.sha256(tables.encode()).hexdigest()
    if found != _QUEUE_SCHEMA:
        raise UnavailableError(
            "the installed procrastinate has other tables than this revision was written for",
            remedy="Install procrastinate 3.10.",
        )
    op.get_bind().connection.cursor().execute(tables)  # many statements at once, with no parameters
    op.execute("SET LOCAL search_path TO DEFAULT")
    op.execute(f"GRANT USAGE ON SCHEMA procrastinate TO {_QUEUE_ROLE}")
    rights = "SELECT, INSERT, UPDATE, DELETE"
    op.execute(f"GRANT {rights} ON ALL TABLES IN SCHEMA procrastinate TO {_QUEUE_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA procrastinate TO {_QUEUE_ROLE}")


def _jobs() -> None:
    now = sa.text("now()")
    zero = sa.text("0")
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("tenant_id", sa.Uuid, nullable=False, server_default=sa.text(_OWN)),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("queue", sa.String, nullable=False),
        sa.Column("arguments", JSONB, nullable=False),
        sa.Column("key", sa.String),
        sa.Column("status", sa.String, nullable=False, server_default="queued"),
        sa.Column("run_at", TIMESTAMP(timezone=True), nullable=False, server_default=now),
        sa.Column("created_at", TIMESTAMP(timezone=True), nullable=False, server_default=now),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("started_at", TIMESTAMP(timezone=True)),
        sa.Column("finished_at", TIMESTAMP(timezone=True)),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=zero),
        sa.Column("failures", sa.Integer, nullable=False, server_default=zero),
        sa.Column("deaths", sa.Integer, nullable=False, server_default=zero),
        sa.Column("entry", sa.BigInteger),
        sa.Column("progress_done", sa.Integer, nullable=False, server_default=zero),
        sa.Column("progress_total", sa.Integer),
        sa.Column("progress_message", sa.String, nullable=False, server_default=""),
        sa.Column("progressed_at", TIMESTAMP(timezone=True)),
        sa.Column("reason", sa.String),
        sa.Column("result", JSONB),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], "fk_jobs_tenants"),
        sa.UniqueConstraint("tenant_id", "id", name="uq_jobs_tenant_id_id"),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'succeeded', 'failed', 'parked', 'cancelled')", "ck_jobs_status"
        ),
    )
    op.create_index("ix_jobs_tenant_id_finished_at", "jobs", ["tenant_id", "finished_at"])
    op.create_index(
        "uq_jobs_unfinished_key",
        "jobs",
        ["tenant_id", "key"],
        unique=True,
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )
