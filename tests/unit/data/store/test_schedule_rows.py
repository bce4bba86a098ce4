"""The table of schedules."""

from plimsoll.data.store.schedule_rows import ScheduleRow
from plimsoll.data.store.schedules import ScheduleRecord


def test_a_record_has_what_the_table_has() -> None:
    """A record holds every column but the tenant."""
    columns = {column.name for column in ScheduleRow.__table__.columns}
    assert columns - set(ScheduleRecord.__dataclass_fields__) == {"tenant_id"}
