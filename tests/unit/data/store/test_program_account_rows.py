"""The tables of service accounts and their keys."""

from dataclasses import fields

from plimsoll.data.store.api_keys import ApiKeyRecord
from plimsoll.data.store.program_account_rows import ApiKeyRow, ClientAssertionRow, ServiceAccountRow
from plimsoll.data.store.program_accounts import ServiceAccountRecord


def test_every_field_of_a_record_is_a_column() -> None:
    """What the records hold is what the tables have, beside the tenant and the digest of a key."""
    for row, record, others in (
        (ServiceAccountRow, ServiceAccountRecord, {"tenant_id", "permissions"}),
        (ApiKeyRow, ApiKeyRecord, {"tenant_id", "digest"}),
    ):
        assert set(row.__table__.columns.keys()) == {field.name for field in fields(record)} | others


def test_an_assertion_is_there_once() -> None:
    """Account and digest are the key of its row."""
    key = [column.name for column in ClientAssertionRow.__table__.primary_key]
    assert key == ["tenant_id", "account_id", "digest"]
