"""What the tests of the risk API share."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from plimsoll.data.store.database import Database
from risk_api_world import World, world_on


@pytest.fixture
async def world(database: Database, tenant: UUID, other_tenant: UUID) -> AsyncIterator[World]:
    """Yield the API on a fresh database with two tenants."""
    async with world_on(database, tenant, other_tenant) as world:
        yield world
