"""The tables of the audit."""

from dataclasses import fields

from plimsoll.data.store.audit_events import AuditRecord
from plimsoll.data.store.audit_rows import AuditEventRow, AuditSealRow, AuditUnsealedRow


def test_every_field_of_an_event_is_a_column() -> None:
    """What an event holds is what the table has, beside the tenant."""
    columns = set(AuditEventRow.__table__.columns.keys())
    assert columns == {field.name for field in fields(AuditRecord)} | {"tenant_id"}


def test_a_place_in_the_chain_is_given_once() -> None:
    """A tenant has one seal for each sequence number, and waits once for each event."""
    for row, key in ((AuditSealRow, "sequence"), (AuditUnsealedRow, "event_id")):
        assert [column.name for column in row.__table__.primary_key] == ["tenant_id", key]
