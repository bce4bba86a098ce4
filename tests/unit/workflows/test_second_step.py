"""The second step of a sign-in."""

from uuid import UUID

import pytest

from plimsoll.data.store.database import Database
from plimsoll.workflows.second_step import NoSecondStep, SecondStep
from somebody import NOW, Codes

pytestmark = pytest.mark.anyio


async def test_who_has_no_second_factor_is_not_asked(database: Database, tenant: UUID) -> None:
    """There is nothing to ask for, and nothing that would be right."""
    second: SecondStep = NoSecondStep()
    async with database.session(tenant) as session:
        assert list(await second.kinds(session, UUID(int=1))) == []
        assert not await second.verify(session, UUID(int=1), "totp", "123456", now=NOW)


async def test_the_slip_of_the_tests_is_one(database: Database, tenant: UUID) -> None:
    """Each of its codes is right once."""
    second: SecondStep = Codes({UUID(int=1): ["a"]})
    async with database.session(tenant) as session:
        found = [await second.verify(session, UUID(int=1), "slip", "a", now=NOW) for _ in range(2)]
    assert found == [True, False]
