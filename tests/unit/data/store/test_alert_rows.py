"""The tables of alerts."""

from dataclasses import fields

from plimsoll.data.store.alert_rows import AlertChangeRow, AlertRow
from plimsoll.data.store.alerts import AlertChange, AlertRecord


def test_every_field_of_a_record_is_a_column() -> None:
    """What the records hold is what the tables have, beside tenant and references."""
    for row, record, others in (
        (AlertRow, AlertRecord, {"tenant_id"}),
        (AlertChangeRow, AlertChange, {"tenant_id", "id", "alert_id"}),
    ):
        assert set(row.__table__.columns.keys()) == {field.name for field in fields(record)} | others
