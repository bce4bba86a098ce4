"""Roles against routes: each route of the application is asked by somebody of each role that ships."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from httpx2 import Response

from document_requests import operations
from plimsoll.data.store.database import Database
from plimsoll.security.permissions import Permission, Principal
from plimsoll.security.roles import ROLES
from plimsoll.services.risk_api.requirements import required
from plimsoll.services.risk_api.routes import ApiRoute
from risk_api_world import EVERYTHING, World, world_on

pytestmark = pytest.mark.anyio

ROUTES = {
    (method, route.path_format): required(route.dependant)
    for router in EVERYTHING
    for route in router.routes
    if isinstance(route, ApiRoute)
    for method in route.methods or ()
}


@pytest.fixture
async def world(database: Database, tenant: UUID, other_tenant: UUID) -> AsyncIterator[World]:
    """Yield the API on a fresh database; nobody is told that they ask too much."""
    async with world_on(database, tenant, other_tenant, rate_limit=1e6) as world:
        yield world


def forbidden(answer: Response) -> bool:
    """Return whether an answer says that a permission is missing."""
    return answer.status_code == 403 and answer.json()["detail"] == "A permission is missing for this."


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_reaches_what_its_permissions_say(world: World, role: str) -> None:
    """Every operation is forbidden to a role that lacks its permission, and to no other."""
    principal = Principal(f"role:{role}", world.tenant, role, ROLES[role])
    async with world.client(principal) as client:
        for operation in operations(world.document):
            needed = ROUTES[operation.method, operation.path]
            answer = await operation.ask(client, {})
            assert forbidden(answer) is not (needed <= ROLES[role]), (
                role,
                operation.method,
                operation.path,
                answer.text,
            )
            assert not needed or answer.status_code != 401  # what is public may ask for other proofs


async def test_all_permissions_but_one_are_not_enough(world: World) -> None:
    """Every operation is forbidden to somebody who has everything but one of the permissions it needs."""
    for operation in operations(world.document):
        for missing in ROUTES[operation.method, operation.path]:
            others = frozenset(Permission) - {missing}
            principal = Principal(f"but:{missing}", world.tenant, "Nearly", others)
            async with world.client(principal) as client:
                assert forbidden(await operation.ask(client, {})), (operation.method, operation.path)


async def test_every_route_says_who_may_call_it(world: World) -> None:
    """No operation of the document is without an entry in the table of routes."""
    documented = {(one.method, one.path) for one in operations(world.document)}
    assert documented <= ROUTES.keys()
