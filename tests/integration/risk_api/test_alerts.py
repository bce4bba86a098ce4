"""Alerts over HTTP."""

import asyncio
from typing import Any

import pytest

from risk_api_world import API, World, made, new_alert, new_portfolio, refused

pytestmark = pytest.mark.anyio

ALERTS = f"{API}/alerts"


async def test_an_alert_is_listed_and_read(world: World) -> None:
    """It has an ETag that spares the second reading until it is raised again."""
    alert = await new_alert(world)
    assert made(await world.owner.get(ALERTS), 200)["items"] == [alert]
    path = f"{ALERTS}/{alert['id']}"
    tag = (await world.owner.get(path)).headers["ETag"]
    assert (await world.owner.get(path, headers={"If-None-Match": tag})).status_code == 304
    again = await new_alert(world)
    assert (again["count"], again["version"]) == (2, 1)
    assert (await world.owner.get(path, headers={"If-None-Match": tag})).status_code == 200
    taken = await world.owner.post(f"{path}/acknowledge", json={}, headers={"If-Match": tag})
    assert made(taken, 200)["status"] == "acknowledged", "nobody has acted on it since it was seen"


async def test_an_alert_goes_through_its_life(world: World) -> None:
    """Each act answers with the alert as it is, and its history says who did what."""
    path = f"{ALERTS}/{(await new_alert(world))['id']}"
    acts: list[tuple[str, dict[str, Any]]] = [
        ("assign", {"to": "ada"}),
        ("snooze", {"until": None}),
        ("acknowledge", {"note": "The vendor is down"}),
        ("resolve", {}),
    ]
    for version, (act, body) in enumerate(acts, 1):
        sent = await world.owner.post(f"{path}/{act}", json=body, headers={"If-Match": f'"{version}"'})
        alert = made(sent, 200)
        assert alert["version"] == version + 1
    assert (alert["status"], alert["assignee"], alert["acknowledged_by"]) == ("resolved", "ada", "owner")
    told = made(await world.owner.get(f"{path}/history"), 200)["items"]
    assert [change["action"] for change in told] == [
        "raised",
        "assigned",
        "woken",
        "acknowledged",
        "resolved",
    ]
    assert told[3]["values"]["note"] == "The vendor is down"
    refused(await world.owner.post(f"{path}/resolve", json={}, headers={"If-Match": '"5"'}), 409, "conflict")
    assert (await world.owner.get(ALERTS)).json()["items"] == []
    assert len((await world.owner.get(f"{ALERTS}?status=all")).json()["items"]) == 1


async def test_of_two_who_act_one_wins(world: World) -> None:
    """The other is told, and so is who has seen none or something else."""
    path = f"{ALERTS}/{(await new_alert(world))['id']}/acknowledge"
    acts = [world.owner.post(path, json={}, headers={"If-Match": '"1-1"'}) for _ in range(4)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*acts)) == [200, 412, 412, 412]
    refused(await world.owner.post(path, json={}), 428, "precondition-required")
    refused(await world.owner.post(path, json={}, headers={"If-Match": "1"}), 412, "precondition-failed")


async def test_alerts_are_chosen(world: World) -> None:
    """By status, kind and portfolio, in pages."""
    book = await new_portfolio(world.owner)
    one = await new_alert(world, "a", portfolio_id=book["id"])
    two = await new_alert(world, "b", kind="data")
    for query, wanted in (
        ("status=open", [two, one]),
        ("status=resolved", []),
        ("kind=data", [two]),
        (f"portfolio={book['id']}", [one]),
    ):
        assert made(await world.owner.get(f"{ALERTS}?{query}"), 200)["items"] == wanted
    page = made(await world.owner.get(f"{ALERTS}?limit=1&status=open"), 200)
    assert page["items"] == [two]
    assert made(await world.owner.get(page["next"]), 200) == {"items": [one], "next": None}


@pytest.mark.parametrize("query", ["status=new", "kind=weather", "portfolio=x", "severity=info"])
async def test_a_choice_that_makes_no_sense_is_refused(world: World, query: str) -> None:
    """Values and names that are unknown are refused."""
    refused(await world.owner.get(f"{ALERTS}?{query}"), 422, "invalid")


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("snooze", {}),
        ("snooze", {"until": "2026-01-01T00:00:00"}),
        ("snooze", {"until": "soon"}),
        ("assign", {}),
        ("assign", {"to": ""}),
        ("acknowledge", {"note": "a\nb"}),
        ("acknowledge", {"status": "resolved"}),
        ("resolve", []),
    ],
)
async def test_a_malformed_act_is_refused(world: World, act: str, body: object) -> None:
    """Nothing is done about the alert."""
    alert = await new_alert(world)
    path = f"{ALERTS}/{alert['id']}"
    refused(await world.owner.post(f"{path}/{act}", json=body, headers={"If-Match": '"1"'}), 422, "invalid")
    assert made(await world.owner.get(path), 200) == alert


async def test_a_snooze_into_the_past_is_refused(world: World) -> None:
    """The time must come."""
    path = f"{ALERTS}/{(await new_alert(world))['id']}/snooze"
    sent = await world.owner.post(path, json={"until": "2020-01-01T00:00:00Z"}, headers={"If-Match": '"1"'})
    refused(sent, 422, "usage")
