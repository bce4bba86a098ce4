"""The tables of accounts."""

import pytest

from plimsoll.data.store.account_rows import (
    DeviceRow,
    OneTimeTokenRow,
    SessionRow,
    SignInRow,
    ThrottleRow,
)
from plimsoll.data.store.models import StoredRow


@pytest.mark.parametrize("row", [DeviceRow, OneTimeTokenRow, SessionRow, SignInRow])
def test_no_token_is_kept(row: type[StoredRow]) -> None:
    """Of each token there is only a digest."""
    columns = set(row.__table__.columns.keys())
    assert "digest" in columns
    assert not columns & {"token", "secret"}


def test_counters_do_not_name_anybody() -> None:
    """Whose a counter is stands in it as a digest."""
    assert str(ThrottleRow.__table__.c.subject.type) == "BLOB"


def test_an_address_is_unique_within_a_tenant() -> None:
    """Two tenants may each have the same person."""
    constraints = StoredRow.metadata.tables["users"].constraints
    keys = [key for key in constraints if "email" in getattr(key, "columns", {})]
    assert [[column.name for column in getattr(key, "columns", ())] for key in keys] == [
        ["tenant_id", "email"]
    ]
