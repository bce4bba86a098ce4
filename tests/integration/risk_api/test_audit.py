"""The audit over HTTP: one event for each action, and nothing done without one."""

import asyncio
import csv
import io
from typing import Any

import pytest

from audit_keys import KeyList
from plimsoll.data.store.database import Database
from plimsoll.security.audit_chain import AuditKey
from plimsoll.security.tokens import new_token
from plimsoll.services.risk_api.audit.endpoints import router
from plimsoll.services.risk_api.requirements import needs_step_up
from plimsoll.services.risk_api.routes import ApiRoute
from plimsoll.workflows.audit_sealing import AuditKeeping, AuditSealer
from postgres import execute
from risk_api_world import (
    API,
    World,
    approved,
    breached,
    held,
    made,
    new_alert,
    new_limit,
    new_portfolio,
    new_prices,
    refused,
    world_on,
)

pytestmark = pytest.mark.anyio

SEEN = {"If-Match": '"1"'}


async def events(world: World, **query: str) -> list[dict[str, Any]]:
    """Return what was done, the first thing first."""
    found = made(await world.owner.get(f"{API}/audit/events", params={"limit": "200", **query}), 200)
    return list(reversed(found["items"]))


async def actions(world: World) -> list[str]:
    """Return the words of what was done, the first thing first."""
    return [event["action"] for event in await events(world)]


async def test_portfolios(world: World) -> None:
    """Create, import, change, archive and restore are one event each, with who, what and from where."""
    portfolio = await new_portfolio(world.owner)
    path = f"{API}/portfolios/{portfolio['id']}"
    await held(world.owner, portfolio["id"])
    made(await world.owner.patch(path, json={"name": "New"}, headers=SEEN), 200)
    made(await world.owner.delete(path, headers={"If-Match": '"2"'}), 200)
    made(await world.owner.post(f"{path}/restore", headers={"If-Match": '"3"'}), 200)
    found = await events(world)
    assert [event["action"] for event in found] == [
        "portfolio.created",
        "positions.imported",
        "portfolio.changed",
        "portfolio.archived",
        "portfolio.restored",
    ]
    assert {event["subject"] for event in found} == {portfolio["id"]}
    assert {(event["actor"], event["actor_name"]) for event in found} == {("owner", "Owner")}
    assert all(event["address"] == "127.0.0.1" and event["request_id"] for event in found)
    assert found[2]["detail"] == {"name": "New"}


async def test_limits_and_breaches(world: World) -> None:
    """A proposal, its approval or rejection, and each thing done about a breach are one event each."""
    breach = await breached(world, hard=1e-3)
    path = f"{API}/breaches/{breach['id']}"
    tag = f'"{breach["version"]}"'
    made(await world.owner.post(f"{path}/acknowledge", json={}, headers={"If-Match": tag}), 200)
    limit = await new_limit(world.owner, breach["portfolio_id"], hard=5.0)
    proposal = f"{API}/limits/{limit['id']}/proposals/{limit['proposal']['id']}"
    made(await world.approver.post(f"{proposal}/reject", json={"comment": "no"}), 200)
    found = {event["action"]: event for event in await events(world)}
    assert (await actions(world)).count("limit.approved") == 1
    decided = found["limit.approved"]
    assert (decided["actor"], decided["detail"]["proposed_by"]) == ("approver", "owner")
    assert decided["detail"]["four_eyes"] is True
    assert found["limit.rejected"]["detail"]["comment"] == "no"
    assert found["limit.proposed"]["detail"]["definition"]["hard"] == 5.0
    assert found["breach.acknowledged"]["subject"] == breach["id"]


async def test_what_goes_out(world: World) -> None:
    """Webhooks, channels, schedules, prices and alerts are written down, without their secrets."""
    portfolio = (await new_portfolio(world.owner))["id"]
    await held(world.owner, portfolio)
    await new_prices(world.owner)
    url = "https://example.com/hook?key=hunter2"
    webhook = made(await world.owner.post(f"{API}/webhooks", json={"url": url}), 201)
    path = f"{API}/webhooks/{webhook['id']}"
    rotated = made(await world.owner.post(f"{path}/rotate", headers=SEEN), 200)
    await world.owner.delete(path, headers={"If-Match": f'"{rotated["version"]}"'})
    channel = {"name": "Desk", "url": "json://user:hunter2@127.0.0.1:9/"}
    desk = made(await world.owner.post(f"{API}/channels", json=channel), 201)
    path = f"{API}/channels/{desk['id']}"
    made(await world.owner.patch(path, json={"enabled": False}, headers=SEEN), 200)
    await world.owner.delete(path, headers={"If-Match": '"2"'})
    new = {"name": "Nightly", "cron": "0 0 * * *", "portfolio_id": portfolio}
    schedule = made(await world.owner.post(f"{API}/schedules", json=new), 201)
    path = f"{API}/schedules/{schedule['id']}"
    made(await world.owner.patch(path, json={"paused": True}, headers=SEEN), 200)
    await world.owner.delete(path, headers={"If-Match": '"2"'})
    alert = await new_alert(world)
    path = f"{API}/alerts/{alert['id']}/acknowledge"
    made(await world.owner.post(path, json={}, headers={"If-Match": f'"{alert["version"]}"'}), 200)
    found = await events(world)
    assert [event["action"] for event in found][2:] == [
        "prices.uploaded",
        "webhook.created",
        "webhook.secret-rotated",
        "webhook.removed",
        "channel.created",
        "channel.changed",
        "channel.removed",
        "schedule.created",
        "schedule.changed",
        "schedule.removed",
        "alert.changed",
    ]
    assert "hunter2" not in str(found)
    assert webhook["secret"] not in str(found)


async def test_what_is_refused_is_not_done(world: World) -> None:
    """A change that fails, by its version or by its permission, leaves no event of having been done."""
    portfolio = await new_portfolio(world.owner)
    path = f"{API}/portfolios/{portfolio['id']}"
    refused(
        await world.owner.patch(path, json={"name": "x"}, headers={"If-Match": '"9"'}),
        412,
        "precondition-failed",
    )
    refused(await world.powerless.patch(path, json={"name": "x"}, headers=SEEN), 403, "forbidden")
    refused(await world.outsider.patch(path, json={"name": "x"}, headers=SEEN), 404, "not-found")
    assert "portfolio.changed" not in await actions(world)


async def test_a_repetition_is_one_event(world: World) -> None:
    """The same key twice is one creation and one event."""
    for _ in range(2):
        sent = await world.owner.post(
            f"{API}/portfolios", json={"name": "Once"}, headers={"Idempotency-Key": "k1"}
        )
        made(sent, 201)
    assert await actions(world) == ["portfolio.created"]


async def test_nothing_is_done_that_cannot_be_written_down(world: World, database_url: str) -> None:
    """Where the audit refuses, a write is refused with 503, and nothing of it is stored; reads go on."""
    execute(database_url, "REVOKE INSERT ON audit_events FROM plimsoll_app")
    refused(await world.owner.post(f"{API}/portfolios", json={"name": "Book"}), 503, "unavailable")
    assert made(await world.owner.get(f"{API}/portfolios"), 200)["items"] == []


async def test_events_are_chosen(world: World) -> None:
    """By action, subject, actor, address and time; what is no action is refused."""
    first, second = await new_portfolio(world.owner, "A"), await new_portfolio(world.owner, "B")
    made(await world.owner.delete(f"{API}/portfolios/{first['id']}", headers=SEEN), 200)
    assert [event["action"] for event in await events(world, subject=first["id"])] == [
        "portfolio.created",
        "portfolio.archived",
    ]
    assert len(await events(world, action="portfolio.created,portfolio.changed")) == 2
    assert len(await events(world, actor="owner", address="127.0.0.1")) == 3
    assert await events(world, since="2100-01-01T00:00:00Z") == []
    assert len(await events(world, until="2100-01-01T00:00:00Z")) == 3
    page = made(await world.owner.get(f"{API}/audit/events", params={"limit": 2}), 200)
    rest = made(await world.owner.get(page["next"]), 200)
    assert [len(page["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
    assert second["id"] in {event["subject"] for event in page["items"]}
    refused(await world.owner.get(f"{API}/audit/events", params={"action": "limit.approve"}), 422, "usage")


async def test_the_file_is_safe_and_recorded(world: World) -> None:
    """CSV escapes formulas, is saved and not shown, and taking it is an event of its own."""
    await new_portfolio(world.owner, "=1+1")
    answer = await world.owner.get(f"{API}/audit/export")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert row["action"] == "portfolio.created"
    lines = await world.owner.get(f"{API}/audit/export", params={"form": "jsonl"})
    assert lines.text.count("\n") == 2
    assert (await actions(world)).count("audit.exported") == 2


async def test_what_people_start_and_stop(world: World) -> None:
    """Runs, at once or as a job, a job cancelled and tried again, and prices are one event each."""
    portfolio = await new_portfolio(world.owner)
    await held(world.owner, portfolio["id"])
    prices = await new_prices(world.owner)
    asked = {"portfolio_id": portfolio["id"]}
    run = made(await world.owner.post(f"{API}/risk-runs", json=asked), 201)
    later = await world.owner.post(f"{API}/risk-runs", json=asked, headers={"Prefer": "respond-async"})
    job = made(later, 202)["id"]
    for way in ("cancel", "cancel", "retry"):
        made(await world.owner.post(f"{API}/jobs/{job}/{way}"), 200)
    refused(await world.owner.post(f"{API}/jobs/{job}/retry"), 409, "conflict")
    found = [event for event in await events(world) if not event["action"].startswith(("portf", "posit"))]
    assert [(event["action"], event["subject"]) for event in found] == [
        ("prices.uploaded", prices["id"]),
        ("run.started", run["id"]),
        ("run.started", job),
        ("job.cancelled", job),
        ("job.retried", job),
    ]
    assert {event["actor"] for event in found} == {"owner"}


async def test_verification(database: Database, tenant: Any, other_tenant: Any, database_url: str) -> None:
    """A whole chain is intact; after an edit past all rights the first bad place is named."""
    keeping = AuditKeeping(AuditKey(new_token("pla")))
    async with world_on(database, tenant, other_tenant, audit=keeping) as world:
        for name in "ABC":
            await new_portfolio(world.owner, name)
        await AuditSealer(database, keeping).seal_waiting()
        found = made(await world.owner.get(f"{API}/audit/verification"), 200)
        assert (found["intact"], found["sealed"], found["waiting"], found["first_bad"]) == (True, 3, 0, None)
        execute(
            database_url,
            "SET session_replication_role = replica; UPDATE audit_events SET actor = 'x' WHERE id ="
            " (SELECT event_id FROM audit_seals WHERE sequence = 2)",
        )
        found = made(await world.owner.get(f"{API}/audit/verification"), 200)
        assert (found["intact"], found["first_bad"]) == (False, 2)


async def test_the_key_is_rotated(database: Database, tenant: Any, other_tenant: Any) -> None:
    """The chain goes on with the new one and is whole; who may not, and another tenant, change no key."""
    source = KeyList([new_token("pla")])
    keeping = AuditKeeping.by(source)
    async with world_on(database, tenant, other_tenant, audit=keeping) as world:
        path, sealer = f"{API}/audit/rotate-key", AuditSealer(database, keeping)
        await new_portfolio(world.owner, "A")
        await sealer.seal_waiting()
        refused(await world.anonymous.post(path), 401, "unauthenticated")
        refused(await world.powerless.post(path), 403, "forbidden")
        refused(await world.outsider.post(path), 404, "not-found")
        rotated = made(await world.owner.post(path), 200)
        assert (rotated["before"], rotated["keys"]) == (keeping.key.key_id, 2)
        await new_portfolio(world.owner, "B")
        await sealer.seal_waiting()
        found = made(await world.owner.get(f"{API}/audit/verification"), 200)
        assert (found["intact"], found["first_bad"]) == (True, None)
        done = [action for action in await actions(world) if not action.startswith("access.")]
        assert done == ["portfolio.created", "audit.key-rotated", "portfolio.created"]


async def test_a_key_that_is_in_no_file_stays(world: World) -> None:
    """A process that was started with one of its own has no place for another."""
    refused(await world.owner.post(f"{API}/audit/rotate-key"), 409, "conflict")


async def test_auditors_only(world: World) -> None:
    """Nobody gets 401, the powerless 403, and another tenant sees its own events alone."""
    await new_portfolio(world.owner)
    for path in ("events", "export", "verification"):
        refused(await world.anonymous.get(f"{API}/audit/{path}"), 401, "unauthenticated")
        refused(await world.powerless.get(f"{API}/audit/{path}"), 403, "forbidden")
    assert made(await world.outsider.get(f"{API}/audit/events"), 200)["items"] == []
    assert made(await world.outsider.get(f"{API}/audit/verification"), 200)["sealed"] == 0


async def test_a_decision_by_the_proposer_is_not_recorded_as_done(world: World) -> None:
    """Four eyes: the refusal leaves no approval behind."""
    portfolio = await new_portfolio(world.owner)
    limit = await new_limit(world.owner, portfolio["id"], hard=5.0)
    path = f"{API}/limits/{limit['id']}/proposals/{limit['proposal']['id']}/approve"
    refused(await world.owner.post(path, json={}), 403, "four-eyes")
    assert "limit.approved" not in await actions(world)
    await approved(world.approver, limit)
    assert "limit.approved" in await actions(world)


async def test_refusals_are_counted(world: World) -> None:
    """Who was told 403 and 404 how often is in the audit within a second or two, under their name."""
    path = f"{API}/portfolios/0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10"
    for _ in range(3):
        refused(await world.powerless.get(path), 403, "forbidden")
    refused(await world.owner.get(path), 404, "not-found")
    refused(await world.anonymous.get(path), 401, "unauthenticated")
    for _ in range(100):
        found = await events(world, action="access.refused,access.unknown")
        if sum(event["detail"]["count"] for event in found) == 4:
            break
        await asyncio.sleep(0.1)
    counted = {(event["action"], event["actor"]) for event in found}
    assert counted == {("access.refused", "powerless"), ("access.unknown", "owner")}
    assert {event["subject"] for event in found} == {f"GET {API}/portfolios/{{portfolio_id}}"}


def test_taking_the_audit_away_asks_who_it_is_again() -> None:
    """An export and another key want a fresh proof; reading does not."""
    routes = {
        route.path.rpartition("/")[2]: needs_step_up(route.dependant)
        for route in router.routes
        if isinstance(route, ApiRoute)
    }
    assert routes == {"events": False, "export": True, "rotate-key": True, "verification": False}
