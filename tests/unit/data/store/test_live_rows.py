"""The table of last prices."""

from dataclasses import fields

from plimsoll.data.store.live_levels import LiveLevelRecord
from plimsoll.data.store.live_rows import LiveLevelRow


def test_every_field_of_a_record_is_a_column() -> None:
    """What a record holds is what the table has, beside the tenant."""
    held = {field.name for field in fields(LiveLevelRecord)}
    assert set(LiveLevelRow.__table__.columns.keys()) == held | {"tenant_id"}
