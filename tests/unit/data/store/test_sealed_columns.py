"""Where sealed secrets are kept."""

from importlib import import_module
from uuid import UUID

import pytest
from sqlalchemy import LargeBinary

from plimsoll.data.store import webhooks
from plimsoll.data.store.database import Database
from plimsoll.data.store.models import StoredRow, new_id
from plimsoll.data.store.sealed_columns import SEALED, count, in_use, replace, stale

pytestmark = pytest.mark.anyio
OLD, NEW = b"\xf1PS\x01\0\0\0\1", b"\xf1PS\x01\0\0\0\2"
SECRET = next(column for column in SEALED if column.name == "webhooks.secret")
# Bytes that are no secrets, are kept for a day only, or are sealed by what their holder alone has; digests
# are known by their name.
PLAIN = {
    "data_keys.wrapped",
    "factor_challenges.secret",
    "factors.credential_id",
    "factors.public_key",
    "holdings.source",
    "idempotency_keys.body",
    "price_sets.content",
    "provider_sign_ins.browser",
    "refresh_tokens.successor",
    "runs.report",
    "runs.vectors",
    "throttles.subject",
}


async def _add(database: Database, tenant: UUID, *secrets: bytes) -> list[UUID]:
    ids = sorted(new_id() for _ in secrets)  # those of one millisecond are in no order
    async with database.session(tenant) as session:
        for webhook_id, secret in zip(ids, secrets, strict=True):
            await webhooks.add(
                session, webhook_id, url="https://example.com/", kinds=[], secret=secret, created_by="me"
            )
    return ids


def test_all_bytes_are_known() -> None:
    """A column of bytes is either sealed anew when keys are, or known to hold nothing that needs it."""
    import_module("plimsoll.data.store.migrations.env")  # which knows every table
    found = {
        f"{table.name}.{column.name}"
        for table in StoredRow.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.name != "digest"
    }
    assert found == {column.name for column in SEALED} | PLAIN


def test_a_place_is_that_of_the_row() -> None:
    """Both secrets of a webhook have one place: the old one was the new one before."""
    assert {column.place(UUID(int=1)) for column in SEALED if column.name.startswith("webhooks")} == {
        f"webhooks|secret|{UUID(int=1)}"
    }


async def test_what_is_not_under_the_key_of_now_is_found(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """In pages, without what is empty, and without another tenant's."""
    first, second, *_ = await _add(database, tenant, OLD + b"a", b"older", NEW + b"c", b"")
    await _add(database, other_tenant, OLD + b"d")
    async with database.session(tenant) as session:
        assert await count(session, SECRET, NEW) == (3, 2)
        assert await stale(session, SECRET, NEW, after=None, limit=1) == [(first, OLD + b"a")]
        assert await stale(session, SECRET, NEW, after=first, limit=9) == [(second, b"older")]
        await replace(session, SECRET, first, NEW + b"a")
        assert await count(session, SECRET, NEW) == (3, 1)
        assert (await webhooks.get(session, first)).version == 1


async def test_a_key_that_is_needed_is_seen(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """Wherever its header stands; another tenant's key of the same number is another key."""
    await _add(database, tenant, OLD + b"a")
    async with database.session(tenant) as session:
        assert await in_use(session, OLD)
        assert not await in_use(session, NEW)
    async with database.session(other_tenant) as session:
        assert not await in_use(session, OLD)
