"""The table of jobs."""

from plimsoll.data.store.job_rows import JobRow
from plimsoll.data.store.jobs import JobRecord, JobStatus


def test_a_record_has_what_the_table_has() -> None:
    """A record holds every column but those that the store keeps to itself."""
    columns = {column.name for column in JobRow.__table__.columns}
    assert columns - set(JobRecord.__dataclass_fields__) == {"tenant_id", "queue", "entry"}


def test_the_table_knows_every_status() -> None:
    """The check of the table lists the states of the code."""
    check = next(str(rule.sqltext) for rule in JobRow.__table_args__ if hasattr(rule, "sqltext"))
    assert all(f"'{status.value}'" in check for status in JobStatus)
