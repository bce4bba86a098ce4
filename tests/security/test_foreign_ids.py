"""Every id of somebody else, in path and body: it answers as one that was made up, whatever is asked."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from document_requests import MADE_UP, operations, said
from plimsoll.data.store.database import Database
from plimsoll.security.permissions import Permission, Principal
from plimsoll.security.roles import IN_PORTFOLIOS
from plimsoll.security.scopes import Scope
from plimsoll.services.risk_api.requirements import required
from plimsoll.services.risk_api.routes import ApiRoute
from risk_api_world import EVERYTHING, World, new_portfolio, world_on
from stocked_world import stocked

pytestmark = pytest.mark.anyio

SHARED = {"instrument_id", "price_set_id"}
"""Prices and instruments belong to the tenant, whatever part of it somebody sees."""
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


async def warmed(world: World, ids: dict[str, str]) -> None:
    """Let the owner read everything that can be read, so that it is kept wherever it may be kept."""
    for operation in operations(world.document):
        if operation.method == "GET" and "stream" not in operation.path and "live" not in operation.path:
            assert (await operation.ask(world.owner, ids)).status_code < 500


async def swept(world: World, client: AsyncClient, ids: dict[str, str], *, passed_over: set[str]) -> int:
    """Ask every operation for foreign ids and for made-up ones, and return how many were asked."""
    nothing = dict.fromkeys(ids, MADE_UP)
    asked = 0
    for operation in operations(world.document):
        named = set(operation.named_ids) & ids.keys()
        if not named or named <= passed_over:
            continue
        kept = {name: ids[name] for name in passed_over if name in ids}
        foreign = said(await operation.ask(client, ids))
        unknown = said(await operation.ask(client, nothing | kept))
        assert foreign == unknown, (operation.method, operation.path)
        assert 400 <= foreign[0] < 500, (operation.method, operation.path, foreign)
        asked += 1
    return asked


async def test_another_tenants_ids_lead_to_nothing(world: World) -> None:
    """Somebody who may do everything in another tenant cannot tell an id of this one from none at all."""
    ids = await stocked(world)
    await warmed(world, ids)
    assert await swept(world, world.outsider, ids, passed_over=set()) > 60


async def test_another_desks_ids_lead_to_nothing(world: World) -> None:
    """Somebody whose permissions hold on one desk cannot tell what belongs to another one from nothing."""
    ids = await stocked(world)
    await warmed(world, ids)
    async with world.client(await _of_a_desk(world)) as client:
        assert await swept(world, client, ids, passed_over=SHARED) > 40


async def test_nothing_read_names_another_desks_things(world: World) -> None:
    """No list, tree, page of events or jobs, and nothing about shared things, names an id of another desk."""
    ids = await stocked(world)
    await warmed(world, ids)
    foreign = {number for name, number in ids.items() if name not in SHARED}
    principal = await _of_a_desk(world)
    shared = {name: ids[name] for name in SHARED}
    async with world.client(principal) as client:
        for operation in operations(world.document):
            if operation.method != "GET" or not set(operation.ids) <= SHARED:
                continue
            if not ROUTES[operation.method, operation.path] <= principal.permissions:
                continue
            answer = await operation.ask(client, shared)
            assert answer.status_code < 500
            assert not any(number in answer.text for number in foreign), operation.path


async def _of_a_desk(world: World) -> Principal:
    """Return somebody who may do in one portfolio all that can be done in portfolios."""
    own = await new_portfolio(world.owner, "Own")
    scope = Scope.of(dict.fromkeys(IN_PORTFOLIOS, (UUID(own["id"]),)))
    more = {Permission.INSTRUMENTS_READ, Permission.PRICES_READ}
    return Principal("desk", world.tenant, "Desk", IN_PORTFOLIOS | more, scope=scope)
