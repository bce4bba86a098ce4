"""Callers have rates, routes have prices, answers say what is left."""

import pytest
from starlette.responses import Response

from plimsoll.monitoring.metrics import Metrics
from plimsoll.services.risk_api.effort import effort
from plimsoll.services.risk_api.routes import ApiRouter
from probe_api import Caller, client_of, probe_app

pytestmark = pytest.mark.anyio

router = ApiRouter("priced")


@router.get("/cheap")
async def read_cheap(_: Caller) -> Response:
    """Cost one unit."""
    return Response("cheap")


@router.get("/dear")
@effort(cost=4)
async def read_dear(_: Caller) -> Response:
    """Cost four units."""
    return Response("dear")


async def test_each_answer_says_what_is_left() -> None:
    """As the IETF draft has it: quota and window, what is left, seconds until it is full again."""
    async with client_of(probe_app(routers=(router,), rate_limit=2.0)) as client:
        first = await client.get("/api/v1/priced/cheap")
        second = await client.get("/api/v1/priced/dear")
        missing = await client.get("/api/v1/priced/cheap?unknown=1")
    assert first.headers["ratelimit-policy"] == '"principal";q=10;w=5, "tenant";q=50;w=5'
    assert first.headers["ratelimit"] == '"principal";r=9;t=1'
    assert second.headers["ratelimit"].startswith('"principal";r=5;')
    assert (missing.status_code, "ratelimit" in missing.headers) == (422, True)


async def test_too_much_is_refused_with_the_time_to_wait() -> None:
    """429 with Retry-After, counted; who does not say who they are is 401 and costs nobody anything."""
    metrics = Metrics()
    async with client_of(probe_app(routers=(router,), rate_limit=1.0, metrics=metrics)) as client:
        assert (await client.get("/api/v1/priced/dear")).status_code == 200
        refused = await client.get("/api/v1/priced/dear")
        assert (await client.get("/api/v1/priced/cheap")).status_code == 200
        client.headers.pop("authorization")
        assert (await client.get("/api/v1/priced/cheap")).status_code == 401
    assert (refused.status_code, refused.json()["code"]) == (429, "rate-limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 3
    assert refused.headers["ratelimit"].startswith('"principal";r=1;')
    labels = {"by": "principal"}
    assert metrics.registry.get_sample_value("plimsoll_rate_limited_total", labels) == 1


def test_the_document_states_the_prices() -> None:
    """Each operation with a caller has its cost, and 429 among its answers."""
    paths = probe_app(routers=(router,)).openapi()["paths"]
    for name, cost in (("cheap", 1), ("dear", 4)):
        operation = paths[f"/api/v1/priced/{name}"]["get"]
        assert operation["x-cost"] == cost
        assert "429" in operation["responses"]
