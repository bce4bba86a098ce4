"""The table of signing keys."""

from dataclasses import fields

from plimsoll.data.store.signing_key_rows import SigningKeyRow
from plimsoll.data.store.signing_keys import SealedKey


def test_every_field_of_a_record_is_a_column() -> None:
    """What the record holds is what the table has, beside tenant and revocation."""
    names = {field.name for field in fields(SealedKey)}
    assert set(SigningKeyRow.__table__.columns.keys()) == names | {"tenant_id", "revoked_at"}
