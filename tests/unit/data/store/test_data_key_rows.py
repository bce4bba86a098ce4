"""The table of data keys."""

from dataclasses import fields

from plimsoll.data.store.data_key_rows import DataKeyRow
from plimsoll.data.store.data_keys import DataKeyRecord


def test_every_field_of_a_key_is_a_column() -> None:
    """What the record holds is what the table has, beside the tenant; how long it waits follows from it."""
    named = {field.name for field in fields(DataKeyRecord)} - {"waits"}
    assert set(DataKeyRow.__table__.columns.keys()) == named | {"tenant_id"}
