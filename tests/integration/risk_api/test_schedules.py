"""Schedules over HTTP: made, changed, paused, dropped; and the back-fill beside them."""

from typing import Any
from uuid import UUID

import pytest

from plimsoll.data.store.database import Database
from plimsoll.workflows.job_attempts import attempt
from risk_api_world import API, World, held, made, new_portfolio, new_prices, refused
from small_book import DATES

pytestmark = pytest.mark.anyio

SCHEDULES = f"{API}/schedules"


async def _new(world: World, **fields: object) -> dict[str, Any]:
    portfolio = (await new_portfolio(world.owner))["id"]
    body = {"name": "Nightly", "portfolio_id": portfolio, "cron": "30 18 * * 1-5", **fields}
    return made(await world.owner.post(SCHEDULES, json=body), 201)


async def test_a_schedule_is_made_and_read(world: World) -> None:
    """It comes back as it was asked for with its next five firings, under its tag, and in the list."""
    new = await _new(world, time_zone="America/New_York", options={"days": 60})
    assert (len(new["next_firings"]), new["options"]["days"], new["paused"]) == (5, 60, False)
    read = await world.owner.get(f"{SCHEDULES}/{new['id']}")
    assert made(read, 200) == new
    seen = {"If-None-Match": read.headers["etag"]}
    assert (await world.owner.get(f"{SCHEDULES}/{new['id']}", headers=seen)).status_code == 304
    assert made(await world.owner.get(SCHEDULES), 200)["items"] == [new]


async def test_it_is_changed_by_who_has_seen_it(world: World) -> None:
    """Each change needs the version; a paused one has no firings; a dropped one is gone."""
    path = f"{SCHEDULES}/{(await _new(world, calendar='XNYS'))['id']}"
    refused(await world.owner.patch(path, json={"paused": True}), 428, "precondition-required")
    first, second = {"If-Match": '"1"'}, {"If-Match": '"2"'}
    paused = made(await world.owner.patch(path, json={"paused": True}, headers=first), 200)
    assert (paused["paused"], paused["next_firings"], paused["version"]) == (True, [], 2)
    refused(await world.owner.patch(path, json={"name": "x"}, headers=first), 412, "precondition-failed")
    body = {"paused": False, "cron": "0 12 * * *", "calendar": None, "options": {"days": 99}}
    again = made(await world.owner.patch(path, json=body, headers=second), 200)
    assert (again["calendar"], again["options"]["days"], len(again["next_firings"])) == (None, 99, 5)
    refused(await world.owner.delete(path, headers=second), 412, "precondition-failed")
    assert (await world.owner.delete(path, headers={"If-Match": '"3"'})).status_code == 204
    refused(await world.owner.get(path), 404, "not-found")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"cron": "every day at six"}, "usage"),
        ({"cron": "0 0 30 2 *"}, "usage"),
        ({"cron": "61 * * * *"}, "usage"),
        ({"cron": "\u0663 * * * * *"}, "invalid"),
        ({"time_zone": "Mars/Olympus"}, "usage"),
        ({"calendar": "NOWHERE"}, "usage"),
        ({"name": ""}, "invalid"),
        ({"options": {"days": 1}}, "invalid"),
    ],
    ids=str,
)
async def test_what_makes_no_sense_is_refused(world: World, fields: dict[str, object], code: str) -> None:
    """The answer says what is wrong, and nothing is stored."""
    portfolio = (await new_portfolio(world.owner))["id"]
    body = {"name": "Nightly", "portfolio_id": portfolio, "cron": "0 0 * * *", **fields}
    refused(await world.owner.post(SCHEDULES, json=body), 422, code)
    assert made(await world.owner.get(SCHEDULES), 200)["items"] == []


async def test_the_past_is_filled(world: World, database: Database, tenant: UUID) -> None:
    """A back-fill is a job that makes a run for each trading date; dates in the wrong order are refused."""
    portfolio = (await new_portfolio(world.owner))["id"]
    await held(world.owner, portfolio, valid_from="2000-01-01")
    await new_prices(world.owner)
    path = f"{API}/portfolios/{portfolio}/backfill"
    body = {"first_date": str(DATES[-3]), "last_date": str(DATES[-1]), "options": {"days": 60}}
    sent = await world.owner.post(path, json=body)
    job = made(sent, 202)
    assert sent.headers["location"] == f"{API}/jobs/{job['id']}"
    await attempt(database, tenant, UUID(job["id"]), 1)
    assert made(await world.owner.get(sent.headers["location"]), 200)["result"]["made"] == 3
    turned = {"first_date": body["last_date"], "last_date": body["first_date"]}
    refused(await world.owner.post(path, json=turned), 422, "usage")
    made(await world.owner.delete(f"{API}/portfolios/{portfolio}", headers={"If-Match": '"1"'}), 200)
    refused(await world.owner.post(path, json=body), 409, "conflict")
