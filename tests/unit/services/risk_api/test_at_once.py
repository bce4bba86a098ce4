"""Dependencies that are called on the event loop."""

import inspect
import threading
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header
from fastapi.dependencies.models import Dependant
from httpx2 import ASGITransport, AsyncClient
from starlette.requests import Request

from plimsoll.services.risk_api.app import ROUTERS
from plimsoll.services.risk_api.at_once import at_once
from plimsoll.services.risk_api.routes import ApiRoute


def _where(request: Request, x_name: Annotated[str, Header()] = "nobody") -> str:
    return f"{x_name} {request.url.path} {threading.get_ident()}"


@pytest.mark.anyio
async def test_a_plain_function_gets_its_parameters_and_no_thread() -> None:
    """It is called with what its signature asks for, where the endpoint runs."""
    app = FastAPI()

    @app.get("/here")
    async def here(found: Annotated[str, at_once(_where)], again: Annotated[str, at_once(_where)]) -> Any:
        return [found, again, threading.get_ident()]

    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        one, other, thread = (await client.get("/here", headers={"X-Name": "Ada"})).json()
    assert one == other == f"Ada /here {thread}"


def test_no_dependency_of_a_route_is_called_in_a_thread() -> None:
    """Whatever routes ask for before they begin, none waits for a thread to fetch it."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, ApiRoute)]
    assert routes
    for route in routes:
        for call in _calls(route.dependant):
            function = call if inspect.isfunction(call) else call.__call__
            assert inspect.iscoroutinefunction(function), f"{route.path} asks {call} in a thread"


def _calls(dependant: Dependant) -> Iterator[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)
