"""The second step of a sign-in."""

from uuid import UUID

import pytest

from plimsoll.data.store.database import Database
from plimsoll.workflows.second_step import kinds_of

pytestmark = pytest.mark.anyio


async def test_who_has_no_second_factor_is_not_asked(database: Database, tenant: UUID) -> None:
    """There is nothing to ask for."""
    async with database.session(tenant) as session:
        assert list(await kinds_of(session, UUID(int=1))) == []
