"""Routes found by the shape of a path."""

import pytest
from starlette.routing import Match
from starlette.types import Scope

from plimsoll.services.risk_api.app import ROUTERS
from plimsoll.services.risk_api.route_index import RouteIndex
from plimsoll.services.risk_api.routes import ApiRoute
from probe_api import PROBE, client_of, probe_app

pytestmark = pytest.mark.anyio

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, ApiRoute)]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.methods} {route.path}")
async def test_each_route_is_found_as_the_framework_finds_it(route: ApiRoute) -> None:
    """It is the first route of the list that fits, and the request knows its parameters."""
    for method in route.methods or ():
        path = route.path_format.replace("{", "").replace("}", "")
        scope: Scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
        first = next(one for one in ROUTES if one.matches(scope)[0] is Match.FULL)
        assert RouteIndex(ROUTES, probe_app()).find(scope) is first
        assert set(scope["path_params"]) == set(first.param_convertors)


async def test_what_fits_no_route_is_left_to_the_framework() -> None:
    """Unknown paths are 404, known ones with another method 405, whatever their shape."""
    async with client_of(probe_app()) as client:
        assert (await client.get(f"{PROBE}/nowhere")).status_code == 404
        assert (await client.get(f"{PROBE}/who/too/deep")).status_code == 404
        assert (await client.get("/")).status_code == 404
        wrong = await client.delete(f"{PROBE}/who")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD")
