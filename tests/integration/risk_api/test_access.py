"""Who may call what: every route is asked by nobody, by somebody powerless and by another tenant."""

from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from plimsoll.services.risk_api.routes import ApiRoute
from risk_api_world import API, BOOK, RESOURCES, World, refused
from stocked_world import stocked

pytestmark = pytest.mark.anyio

CSV = {"Content-Type": "text/csv"}
PORTFOLIO, RUN = f"{API}/portfolios/{{portfolio_id}}", f"{API}/risk-runs/{{run_id}}"
JOB, SCHEDULE = f"{API}/jobs/{{job_id}}", f"{API}/schedules/{{schedule_id}}"
ALERT = f"{API}/alerts/{{alert_id}}"
LIMIT, BREACH = f"{API}/limits/{{limit_id}}", f"{API}/breaches/{{breach_id}}"
SEEN = {"If-Match": '"1"'}
WEBHOOK = f"{API}/webhooks/{{webhook_id}}"
CHANNEL = f"{API}/channels/{{channel_id}}"
RANGE = {"since": "2026-06-30T00:00:00Z", "until": "2026-07-01T00:00:00Z"}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", f"{API}/portfolios"): {"json": {"name": "Another"}},
    ("GET", f"{API}/portfolios"): {},
    ("GET", f"{API}/portfolios/tree"): {},
    ("POST", f"{PORTFOLIO}/restore"): {"headers": SEEN},
    ("GET", PORTFOLIO): {},
    ("PATCH", PORTFOLIO): {"json": {"name": "Mine now"}, "headers": {"If-Match": '"1"'}},
    ("DELETE", PORTFOLIO): {"headers": {"If-Match": '"1"'}},
    ("PUT", f"{PORTFOLIO}/positions"): {"content": BOOK, "headers": CSV},
    ("GET", f"{PORTFOLIO}/positions"): {},
    ("GET", f"{PORTFOLIO}/positions/history"): {},
    ("POST", f"{API}/price-sets"): {"content": b"date,AAA\n2024-01-01,1\n", "headers": CSV},
    ("GET", f"{API}/price-sets"): {},
    ("GET", f"{API}/price-sets/{{price_set_id}}"): {},
    ("POST", f"{API}/risk-runs"): {"json": {}},
    ("GET", f"{API}/risk-runs"): {},
    ("GET", RUN): {},
    ("GET", f"{RUN}/report"): {},
    ("GET", f"{RUN}/report.html"): {},
    ("GET", f"{RUN}/cube"): {},
    ("POST", f"{RUN}/what-if"): {"json": {"trades": [{"symbol": "AAA", "quantity": 1}]}},
    ("POST", f"{RUN}/replay"): {},
    ("GET", f"{RUN}/diff/{{other_id}}"): {},
    ("GET", f"{PORTFOLIO}/history"): {},
    ("POST", f"{API}/limits"): {"json": {"name": "VaR", "definition": {"measure": "var", "hard": 1}}},
    ("GET", f"{API}/limits"): {},
    ("POST", f"{API}/limits/trials"): {"json": {"definition": {"measure": "var", "hard": 1}}},
    ("GET", LIMIT): {},
    ("GET", f"{LIMIT}/history"): {},
    ("GET", f"{LIMIT}/checks"): {},
    ("GET", f"{LIMIT}/proposals"): {},
    ("POST", f"{LIMIT}/proposals"): {"json": {"based_on": 1}},
    ("POST", f"{LIMIT}/proposals/{{proposal_id}}/approve"): {"json": {}},
    ("POST", f"{LIMIT}/proposals/{{proposal_id}}/reject"): {"json": {}},
    ("GET", f"{API}/breaches"): {},
    ("GET", BREACH): {},
    ("GET", f"{BREACH}/history"): {},
    ("POST", f"{BREACH}/acknowledge"): {"json": {}, "headers": SEEN},
    ("POST", f"{BREACH}/remedy"): {"json": {}, "headers": SEEN},
    ("POST", f"{BREACH}/comments"): {"json": {"text": "mine"}, "headers": SEEN},
    ("POST", f"{BREACH}/waive"): {"json": {"text": "mine", "until": "2030-01-01"}, "headers": SEEN},
    ("POST", f"{BREACH}/close"): {"json": {"text": "mine"}, "headers": SEEN},
    ("GET", f"{API}/jobs"): {},
    ("POST", f"{PORTFOLIO}/backfill"): {"json": {"first_date": "2024-01-01", "last_date": "2024-01-02"}},
    ("POST", f"{API}/schedules"): {"json": {"name": "Nightly", "cron": "0 0 * * *", "portfolio_id": ""}},
    ("GET", f"{API}/schedules"): {},
    ("GET", SCHEDULE): {},
    ("PATCH", SCHEDULE): {"json": {"paused": True}, "headers": {"If-Match": '"1"'}},
    ("DELETE", SCHEDULE): {"headers": {"If-Match": '"1"'}},
    ("GET", JOB): {},
    ("POST", f"{JOB}/cancel"): {},
    ("POST", f"{JOB}/retry"): {},
    ("GET", f"{API}/live/portfolios/{{portfolio_id}}"): {},
    ("GET", f"{API}/live/portfolios/{{portfolio_id}}/stream"): {},
    ("GET", f"{API}/alerts"): {},
    ("GET", ALERT): {},
    ("GET", f"{ALERT}/history"): {},
    ("POST", f"{ALERT}/acknowledge"): {"json": {}, "headers": {"If-Match": '"1"'}},
    ("POST", f"{ALERT}/snooze"): {"json": {"until": None}, "headers": {"If-Match": '"1"'}},
    ("POST", f"{ALERT}/assign"): {"json": {"to": "me"}, "headers": {"If-Match": '"1"'}},
    ("POST", f"{ALERT}/resolve"): {"json": {}, "headers": {"If-Match": '"1"'}},
    ("GET", f"{API}/events"): {},
    ("GET", f"{API}/audit/events"): {},
    ("GET", f"{API}/audit/export"): {},
    ("GET", f"{API}/audit/verification"): {},
    ("POST", f"{API}/audit/rotate-key"): {},
    ("POST", f"{API}/channels"): {"json": {"name": "Desk", "url": "json://127.0.0.1:9/"}},
    ("GET", f"{API}/channels"): {},
    ("GET", CHANNEL): {},
    ("PATCH", CHANNEL): {"json": {"enabled": False}, "headers": SEEN},
    ("DELETE", CHANNEL): {"headers": SEEN},
    ("POST", f"{CHANNEL}/test"): {},
    ("POST", f"{API}/webhooks"): {"json": {"url": "https://example.com/"}},
    ("GET", f"{API}/webhooks"): {},
    ("GET", WEBHOOK): {},
    ("DELETE", WEBHOOK): {"headers": {"If-Match": '"1"'}},
    ("POST", f"{WEBHOOK}/rotate"): {"headers": {"If-Match": '"1"'}},
    ("POST", f"{WEBHOOK}/enable"): {"headers": {"If-Match": '"1"'}},
    ("GET", f"{WEBHOOK}/deliveries"): {},
    ("POST", f"{WEBHOOK}/replay"): {"json": RANGE},
    ("POST", f"{WEBHOOK}/deliveries/{{delivery_id}}/replay"): {},
}
ABOUT_A_PORTFOLIO = {
    ("POST", f"{API}/{path}") for path in ("risk-runs", "schedules", "limits", "limits/trials")
}


async def test_every_route_is_asked() -> None:
    """No route is left out of the tests below."""
    routes = [route for router in RESOURCES for route in router.routes if isinstance(route, ApiRoute)]
    assert {(method, route.path) for route in routes for method in route.methods or ()} == BODIES.keys()


async def test_nobody_is_told_anything(world: World) -> None:
    """Who does not say who they are gets 401 from every route, whether the thing exists or not."""
    ids = await stocked(world)
    for route in BODIES:
        refused(await _ask(world.anonymous, route, ids), 401, "unauthenticated")


async def test_a_permission_is_needed(world: World) -> None:
    """Who has no permission gets 403 from every route."""
    ids = await stocked(world)
    for route in BODIES:
        refused(await _ask(world.powerless, route, ids), 403, "forbidden")


async def test_what_another_tenant_has_is_not_there(world: World) -> None:
    """Every id of another tenant answers as one that does not exist, in the path and in the body."""
    ids = await stocked(world)
    for route in BODIES:
        if "{" in route[1] or route in ABOUT_A_PORTFOLIO:
            problem = refused(await _ask(world.outsider, route, ids), 404, "not-found")
            made_up = dict.fromkeys(ids, "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10")
            unknown = refused(await _ask(world.outsider, route, made_up), 404, "not-found")
            assert problem.get("detail") == unknown.get("detail"), route


async def test_lists_show_the_own_tenant(world: World) -> None:
    """Another tenant's lists are empty."""
    await stocked(world)
    once = ("portfolios", "portfolios/tree", "price-sets", "schedules", "limits", "breaches")
    own = dict.fromkeys((*once, "webhooks", "channels"), 1)
    for resource in (*own, "jobs", "risk-runs", "alerts", "events"):
        assert (await world.outsider.get(f"{API}/{resource}")).json()["items"] == []
        found = (await world.owner.get(f"{API}/{resource}")).json()["items"]
        assert len(found) == own.get(resource, len(found)) > 0


async def test_another_tenants_parent_cannot_be_named(world: World) -> None:
    """A portfolio cannot be put below one of another tenant."""
    ids = await stocked(world)
    new = {"name": "Child", "parent_id": ids["portfolio_id"]}
    refused(await world.outsider.post(f"{API}/portfolios", json=new), 404, "not-found")


async def _ask(client: AsyncClient, route: tuple[str, str], ids: dict[str, str]) -> Response:
    method, path = route
    sent = {**BODIES[route]}
    if route in ABOUT_A_PORTFOLIO:
        sent["json"] = {**sent["json"], "portfolio_id": ids["portfolio_id"]}
    return await client.request(method, path.format(**ids), **sent)
