"""The short way answers as the long one does, and checks as much."""

from collections import Counter

import pytest
from starlette.responses import PlainTextResponse, Response

from plimsoll.monitoring.metrics import Metrics
from plimsoll.services.risk_api.etags import etag
from plimsoll.services.risk_api.kept_answers import FOR_GOOD, kept
from plimsoll.services.risk_api.routes import ApiRouter
from probe_api import Caller, client_of, probe_app

pytestmark = pytest.mark.anyio

MADE: Counter[str] = Counter()
PATH = "/api/v1/quick/thing"
router = ApiRouter("quick")


@router.get("/{name}")
@kept(FOR_GOOD)
async def read_thing(name: str, _: Caller) -> Response:
    """Answer anew each time."""
    MADE[name] += 1
    return PlainTextResponse(name * 500, headers={"ETag": etag(name)})


async def test_both_ways_give_the_same_answer() -> None:
    """Body and headers are the same but for what belongs to one request, in each form and to a HEAD."""
    async with client_of(probe_app(routers=(router,))) as client:
        for encoding in ("identity", "gzip"):
            long, short = [await client.get(PATH, headers={"accept-encoding": encoding}) for _ in range(2)]
            own = {"x-request-id", "ratelimit"}
            assert long.content == short.content
            assert {*long.headers.items()} ^ {*short.headers.items()} <= {
                (name, answer.headers[name]) for name in own for answer in (long, short)
            }
        head = await client.head(PATH)
        assert (head.content, head.headers["etag"]) == (b"", etag("thing"))
        assert (await client.get(PATH, headers={"if-none-match": etag("thing")})).status_code == 304


async def test_the_short_way_refuses_whom_the_long_one_refuses() -> None:
    """Nobody without a key, no unknown parameter, no foreign host gets what is kept."""
    async with client_of(probe_app(routers=(router,))) as client:
        assert (await client.get(PATH)).status_code == 200
        assert (await client.get(f"{PATH}?unknown=1")).status_code == 422
        assert (await client.get(PATH, headers={"host": "evil.example"})).status_code == 400
        assert (await client.post(PATH)).status_code == 405
        client.headers["authorization"] = "Bearer plk_wrong"
        assert (await client.get(PATH)).status_code == 401


async def test_each_request_is_charged_and_measured_once() -> None:
    """By both ways, also where it is refused."""
    metrics = Metrics()
    async with client_of(probe_app(routers=(router,), rate_limit=1.0, metrics=metrics)) as client:
        left = [(await client.get(PATH)).headers["ratelimit"].split(";")[1] for _ in range(5)]
        assert (await client.get(PATH)).status_code == 429
    assert left == ["r=4", "r=3", "r=2", "r=1", "r=0"]
    value = metrics.registry.get_sample_value
    assert value("plimsoll_rate_limited_total", {"by": "principal"}) == 1
    labels = {"method": "GET", "route": "/api/v1/quick/{name}", "status": "200"}
    assert value("plimsoll_http_request_seconds_count", labels) == 5
