"""Service accounts as stored."""

import datetime as dt
from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import program_accounts
from plimsoll.data.store.database import Database
from plimsoll.errors import ConflictError, NotFoundError, PreconditionError

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
KEY = {"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "x"}


async def test_an_account_is_found_listed_and_changed(database: Database, tenant: UUID) -> None:
    """A name is there once, and a change needs the version that was seen."""
    async with database.session(tenant) as session:
        made = await program_accounts.add(
            session,
            name="nightly",
            public_keys=[KEY],
            created_by="me",
        )
        assert await program_accounts.get(session, made.id) == made
        assert await program_accounts.makers(session, made.id) == {"me"}
        assert await program_accounts.makers(session, uuid4()) == frozenset()
        assert await program_accounts.page(session, after=None, limit=5) == [made]
        assert await program_accounts.page(session, after=made.id, limit=5) == []
        with pytest.raises(ConflictError):
            await program_accounts.add(session, name="nightly", public_keys=[], created_by="me")
        changed = await program_accounts.change(
            session, made.id, expected_version=1, changes={"disabled_at": NOW}
        )
        assert (changed.version, changed.disabled_at) == (2, NOW)
        with pytest.raises(PreconditionError):
            await program_accounts.change(session, made.id, expected_version=1, changes={})
        with pytest.raises(NotFoundError):
            await program_accounts.get(session, uuid4())


async def test_an_assertion_is_used_once_and_forgotten_when_it_has_ended(
    database: Database, tenant: UUID
) -> None:
    """The second time it is refused; what has expired leaves no trace, and would be refused for that."""
    async with database.session(tenant) as session:
        account = await program_accounts.add(session, name="a", public_keys=[], created_by="me")

        async def used(at: dt.datetime) -> bool:
            return await program_accounts.use_assertion(
                session, account.id, b"digest", expires_at=NOW + MINUTE, now=at
            )

        assert [await used(NOW) for _ in range(3)] == [True, False, False]
        assert await used(NOW + 2 * MINUTE)
