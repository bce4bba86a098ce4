"""The revision with single sign-on: what its tables allow to whom."""

from importlib import import_module

import psycopg
import pytest

from guarded_tables import ONE, TWO, become, filled_with, grants_of

REVISION = import_module("plimsoll.data.store.migrations.versions.0014_single_sign_on")
ROWS = {
    "users": f"(id, email, name, created_by) VALUES ('{ONE}', 'a@example.com', 'A', 'me')",
    "identity_providers": (
        "(id, name, issuer, client_id, client_secret, created_by)"
        f" VALUES ('{ONE}', 'Work', 'https://a', 'us', '', 'me')"
    ),
    "provider_sign_ins": (
        f"(id, provider_id, digest, browser, expires_at) VALUES ('{ONE}', '{ONE}', 'd', 'b', now())"
    ),
    "linked_identities": f"(provider_id, subject, user_id) VALUES ('{ONE}', 'a', '{ONE}')",
}


def test_it_follows_another() -> None:
    """The revision before it is one less."""
    assert int(REVISION.down_revision) == int(REVISION.revision) - 1


def test_who_is_who_is_said_once(database_url: str) -> None:
    """A link is never changed; only ways that were gone, or have expired, are forgotten."""
    with psycopg.connect(database_url) as connection:
        assert set(grants_of(connection, "linked_identities")) == {"SELECT", "INSERT"}
        assert set(grants_of(connection, "provider_sign_ins")) == {"SELECT", "INSERT", "DELETE"}
        assert grants_of(connection, "identity_providers")["UPDATE"] == {"client_secret", "removed_at"}


@pytest.mark.parametrize("table", ["identity_providers", "provider_sign_ins", "linked_identities"])
def test_a_row_is_its_tenants_alone(database_url: str, table: str) -> None:
    """Its tenant sees the row; another tenant, and nobody in particular, see none."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        for tenant, count in ((ONE, 1), (TWO, 0), ("", 0)):
            become(connection, tenant)
            found = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608 - a constant
            assert found == (count,)
