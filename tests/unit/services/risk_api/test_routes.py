"""The checks of each route."""

from typing import Annotated

import pytest
from fastapi import Query
from pydantic import BaseModel, Field

from plimsoll.services.risk_api.requirements import Public
from plimsoll.services.risk_api.routes import API_PREFIX, ApiRoute, ApiRouter
from probe_api import CANARY, PROBE, client_of, probe_app

pytestmark = pytest.mark.anyio


class Window(BaseModel):
    """Query parameters as a model."""

    first: int = 0
    last: int = Field(default=1, alias="until")


windows = ApiRouter("windows")


@windows.get("", dependencies=[Public])
async def read_window(window: Annotated[Window, Query()]) -> dict[str, int]:
    """Send back the window."""
    return {"first": window.first, "last": window.last}


def test_a_resource_has_its_place_and_kind() -> None:
    """Routes of a resource are checked routes below the version of the API."""
    (route,) = windows.routes
    assert isinstance(route, ApiRoute)
    assert route.path == f"{API_PREFIX}/windows"
    assert (route.unique_id, route.tags) == ("read_window", ["windows"])


@pytest.mark.parametrize(
    "query",
    [
        f"{CANARY}=1",
        "limit=1&limit=2",
        "limit=1&Limit=1",
        f"limit=1&limit={CANARY}",
        "limit=&limit=",
        "limit[]=1",
    ],
)
async def test_unknown_and_repeated_parameters_are_refused(query: str) -> None:
    """A misspelt parameter is not ignored, of repeated ones none wins, and neither comes back."""
    async with client_of(probe_app()) as client:
        answer = await client.get(f"{PROBE}/items?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert CANARY not in answer.text


async def test_what_is_known_is_told() -> None:
    """The answer names the parameters that there are."""
    async with client_of(probe_app()) as client:
        unknown = (await client.get(f"{PROBE}/items?lmit=1")).json()["violations"]
        none = (await client.get(f"{PROBE}/who?a=1")).json()["violations"]
        twice = (await client.get(f"{PROBE}/items?limit=1&limit=1")).json()["violations"]
    assert unknown == [{"field": "query", "message": "Only these are known: after, limit"}]
    assert none == [{"field": "query", "message": "Only these are known: none"}]
    assert twice == [{"field": "query.limit", "message": "May be given once"}]


async def test_parameters_may_be_a_model() -> None:
    """The fields of a model are parameters, under their aliases."""
    async with client_of(probe_app(routers=(windows,))) as client:
        assert (await client.get(f"{API_PREFIX}/windows?first=2&until=3")).json() == {"first": 2, "last": 3}
        assert (await client.get(f"{API_PREFIX}/windows?last=3")).status_code == 422


async def test_there_are_no_redirects() -> None:
    """A path with a slash too many is not there."""
    async with client_of(probe_app()) as client:
        for path in (f"{PROBE}/who/", "/livez/", f"{API_PREFIX}/portfolios/"):
            answer = await client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
            assert "location" not in answer.headers


async def test_a_path_parameter_that_does_not_fit_is_not_repeated() -> None:
    """A bad id is 422 without the id."""
    async with client_of(probe_app()) as client:
        answer = await client.get(f"{API_PREFIX}/portfolios/{CANARY}")
    assert answer.status_code == 422
    assert CANARY not in answer.text
