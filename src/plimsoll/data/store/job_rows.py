"""The table of jobs: work that is done later, and what became of it."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from plimsoll.data.store.models import StoredRow, own_tenant

__all__ = ["JobRow"]

_NOW = text("now()")
_UNFINISHED = text("status IN ('queued', 'running')")


class JobRow(StoredRow):
    """A job; `attempts` is the token of whoever runs it, and `version` counts all its changes.

    A trigger puts an entry into the queue whenever a job becomes queued, in the same transaction.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        UniqueConstraint("tenant_id", "id"),
        Index("ix_jobs_tenant_id_finished_at", "tenant_id", "finished_at"),
        Index("uq_jobs_unfinished_key", "tenant_id", "key", unique=True, postgresql_where=_UNFINISHED),
        CheckConstraint(
            "status IN ('queued', 'running', 'succeeded', 'failed', 'parked', 'cancelled')", "ck_jobs_status"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(server_default=own_tenant())
    kind: Mapped[str]
    queue: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    key: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default=text("'queued'"))
    run_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    created_by: Mapped[str]
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    deaths: Mapped[int] = mapped_column(server_default=text("0"))
    entry: Mapped[int | None] = mapped_column(BigInteger)
    progress_done: Mapped[int] = mapped_column(server_default=text("0"))
    progress_total: Mapped[int | None]
    progress_message: Mapped[str] = mapped_column(server_default=text("''"))
    progressed_at: Mapped[dt.datetime | None]
    reason: Mapped[str | None]
    result: Mapped[dict[str, Any] | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
