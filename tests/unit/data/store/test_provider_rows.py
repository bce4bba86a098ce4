"""The tables of single sign-on."""

from dataclasses import fields

from plimsoll.data.store.provider_rows import IdentityProviderRow, LinkedIdentityRow, ProviderSignInRow
from plimsoll.data.store.providers import ProviderRecord


def test_every_field_of_a_record_is_a_column() -> None:
    """What the record holds is what the table has, beside tenant and removal."""
    names = {field.name for field in fields(ProviderRecord)}
    assert set(IdentityProviderRow.__table__.columns.keys()) == names | {"tenant_id", "removed_at"}


def test_of_who_is_on_the_way_only_digests_are_kept() -> None:
    """Nothing in the table leads back in; a provider means one person by one name."""
    columns = {"id", "tenant_id", "provider_id", "digest", "browser", "expires_at"}
    assert set(ProviderSignInRow.__table__.columns.keys()) == columns
    key = [column.name for column in LinkedIdentityRow.__table__.primary_key]
    assert key == ["tenant_id", "provider_id", "subject"]
