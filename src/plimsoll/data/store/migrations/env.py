"""Runs the revisions on the connection that :mod:`plimsoll.data.store.schema` hands in."""

from alembic import context
from sqlalchemy import Connection

from plimsoll.data.store import (  # noqa: F401 - their tables belong to the metadata
    account_rows,
    alert_rows,
    audit_rows,
    breach_rows,
    channel_rows,
    data_key_rows,
    event_rows,
    factor_rows,
    grant_rows,
    instrument_rows,
    job_rows,
    limit_rows,
    live_rows,
    program_account_rows,
    provider_rows,
    recovery_rows,
    refresh_rows,
    schedule_rows,
    signing_key_rows,
    sms_rows,
    webhook_rows,
)
from plimsoll.data.store.models import StoredRow

__all__ = ["run"]


def run(connection: Connection) -> None:
    """Run what Alembic was asked for, in the transaction of `connection`."""
    context.configure(connection=connection, target_metadata=StoredRow.metadata)
    context.run_migrations()


if hasattr(context, "config"):  # only while Alembic runs this file
    run(context.config.attributes["connection"])
