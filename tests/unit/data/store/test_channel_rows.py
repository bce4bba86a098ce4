"""The tables of channels."""

from dataclasses import fields

from sqlalchemy import UniqueConstraint

from plimsoll.data.store.channel_rows import ChannelMessageRow, ChannelRow
from plimsoll.data.store.channels import ChannelRecord


def test_every_field_of_a_channel_is_a_column() -> None:
    """What the record holds is what the table has, beside tenant and removal."""
    named = {field.name for field in fields(ChannelRecord)}
    assert set(ChannelRow.__table__.columns.keys()) == named | {"tenant_id", "removed_at"}


def test_an_event_goes_once_through_a_channel() -> None:
    """The table says so, whatever the code does."""
    table = ChannelMessageRow.metadata.tables["channel_messages"]
    unique = [set(one.columns.keys()) for one in table.constraints if isinstance(one, UniqueConstraint)]
    assert {"tenant_id", "channel_id", "event_id"} in unique
