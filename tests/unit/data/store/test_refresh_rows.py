"""The tables of refresh tokens."""

from dataclasses import fields

from plimsoll.data.store.refresh_families import FamilyRecord, TokenRecord
from plimsoll.data.store.refresh_rows import RefreshFamilyRow, RefreshTokenRow


def test_every_field_of_a_record_is_a_column() -> None:
    """What the records hold is what the tables have, beside tenant, reason, digest and time."""
    for row, record, others in (
        (RefreshFamilyRow, FamilyRecord, {"tenant_id", "revoked_reason"}),
        (RefreshTokenRow, TokenRecord, {"tenant_id", "digest", "created_at"}),
    ):
        assert set(row.__table__.columns.keys()) == {field.name for field in fields(record)} | others
