"""Breaches over HTTP."""

from typing import Any

import pytest
from httpx2 import Response

from risk_api_world import API, World, breached, made, refused

pytestmark = pytest.mark.anyio


async def _act(world: World, breach: dict[str, Any], step: str, version: int, **said: str) -> Response:
    path = f"{API}/breaches/{breach['id']}/{step}"
    return await world.approver.post(path, json=said, headers={"If-Match": f'"{version}"'})


async def test_a_breach_is_read_with_its_story(world: World) -> None:
    """It names limit, portfolio and run, has an ETag, and its history says how it opened."""
    breach = await breached(world, hard=1e-3)
    read = await world.owner.get(f"{API}/breaches/{breach['id']}")
    assert made(read, 200) == breach
    assert (read.headers["ETag"], breach["status"], breach["severity"]) == ('"1"', "open", "hard")
    assert breach["value"] == breach["peak_value"] > breach["level"] == 1e-3
    again = await world.owner.get(
        f"{API}/breaches/{breach['id']}", headers={"If-None-Match": read.headers["ETag"]}
    )
    assert again.status_code == 304
    (event,) = made(await world.owner.get(f"{API}/breaches/{breach['id']}/history"), 200)["items"]
    assert (event["kind"], event["by"], event["run_id"]) == ("opened", "plimsoll", breach["last_run"])


async def test_breaches_are_chosen(world: World) -> None:
    """By portfolio, limit and status; a status that is none is refused."""
    breach = await breached(world, hard=1e-3)
    other = "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10"
    cases = [
        ({"portfolio": breach["portfolio_id"], "limit_id": breach["limit_id"], "status": "open"}, 1),
        ({"portfolio": other}, 0),
        ({"limit_id": other}, 0),
        ({"status": "closed"}, 0),
    ]
    for query, count in cases:
        assert len(made(await world.owner.get(f"{API}/breaches", params=query), 200)["items"]) == count
    refused(await world.owner.get(f"{API}/breaches", params={"status": "lost"}), 422, "invalid")


async def test_people_act_on_what_they_have_seen(world: World) -> None:
    """Each step needs the version; an old one is refused, and the story names who took the step."""
    breach = await breached(world, hard=1e-3)
    no_version = await world.owner.post(f"{API}/breaches/{breach['id']}/acknowledge", json={})
    refused(no_version, 428, "precondition-required")
    assert made(await _act(world, breach, "acknowledge", 1), 200)["status"] == "acknowledged"
    refused(await _act(world, breach, "remedy", 1), 412, "precondition-failed")
    refused(await _act(world, breach, "acknowledge", 2), 409, "conflict")
    assert made(await _act(world, breach, "remedy", 2, text="selling"), 200)["status"] == "remediation"
    assert made(await _act(world, breach, "comments", 3, text="half is sold"), 200)["version"] == 4
    waived = made(await _act(world, breach, "waive", 4, text="agreed", until="2030-01-01"), 200)
    assert (waived["status"], waived["waived_until"]) == ("waived", "2030-01-01")
    story = made(await world.owner.get(f"{API}/breaches/{breach['id']}/history"), 200)["items"]
    assert [(one["kind"], one["by"]) for one in story[1:]] == [
        (kind, "approver") for kind in ("acknowledged", "remediation", "commented", "waived")
    ]


async def test_what_is_exceeded_is_not_closed_by_hand(world: World) -> None:
    """A reason is needed, and the measure must be back."""
    breach = await breached(world, hard=1e-3)
    refused(await _act(world, breach, "close", 1, text="  "), 422, "invalid")
    refused(await _act(world, breach, "close", 1, text="enough"), 409, "conflict")
    refused(await _act(world, breach, "waive", 1, text="agreed"), 422, "invalid")
