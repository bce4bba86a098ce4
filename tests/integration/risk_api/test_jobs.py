"""Jobs over HTTP: put down, read, cancelled, tried again."""

from typing import Any
from uuid import UUID

import pytest

from plimsoll.data.store.database import Database
from plimsoll.workflows.job_attempts import attempt
from risk_api_world import API, World, held, made, new_portfolio, new_prices, refused

pytestmark = pytest.mark.anyio

RUNS, JOBS = f"{API}/risk-runs", f"{API}/jobs"
ASYNC = {"Prefer": "respond-async"}


async def _book(world: World) -> str:
    portfolio: str = (await new_portfolio(world.owner))["id"]
    await held(world.owner, portfolio)
    await new_prices(world.owner)
    return portfolio


async def _put(world: World, portfolio: str, **headers: str) -> dict[str, Any]:
    sent = await world.owner.post(RUNS, json={"portfolio_id": portfolio}, headers={**ASYNC, **headers})
    return made(sent, 202)


async def test_a_run_is_put_down_and_done(world: World, database: Database, tenant: UUID) -> None:
    """The answer is 202 and a job; once a worker has done it the job leads to the run."""
    portfolio = await _book(world)
    sent = await world.owner.post(RUNS, json={"portfolio_id": portfolio}, headers=ASYNC)
    job = made(sent, 202)
    assert sent.headers["location"] == f"{JOBS}/{job['id']}"
    assert (job["status"], job["kind"], job["portfolio_id"]) == ("queued", "risk-run", portfolio)
    assert made(await world.owner.get(RUNS), 200)["items"] == []
    await attempt(database, tenant, UUID(job["id"]), 1)
    done = made(await world.owner.get(sent.headers["location"]), 200)
    run = made(await world.owner.get(done["result_url"]), 200)
    assert (done["status"], run["portfolio_id"], run["created_by"]) == ("succeeded", portfolio, "owner")


async def test_many_scenarios_are_always_a_job(world: World) -> None:
    """What takes long is 202 although the client did not ask for it."""
    options = {"method": "monte-carlo", "draws": 100_001}
    body = {"portfolio_id": await _book(world), "options": options}
    made(await world.owner.post(RUNS, json=body), 202)


async def test_a_key_puts_down_one_job(world: World) -> None:
    """The repeated request gets the same job, and there is one."""
    portfolio = await _book(world)
    key = {"Idempotency-Key": "k1"}
    assert await _put(world, portfolio, **key) == await _put(world, portfolio, **key)
    assert len(made(await world.owner.get(JOBS), 200)["items"]) == 1


async def test_what_cannot_be_put_down(world: World) -> None:
    """A portfolio or price set that is not there, or an archived one, is refused at once."""
    portfolio = await _book(world)
    other = "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10"
    for body in ({"portfolio_id": other}, {"portfolio_id": portfolio, "price_set_id": other}):
        refused(await world.owner.post(RUNS, json=body, headers=ASYNC), 404, "not-found")
    made(await world.owner.delete(f"{API}/portfolios/{portfolio}", headers={"If-Match": '"1"'}), 200)
    body = {"portfolio_id": portfolio}
    refused(await world.owner.post(RUNS, json=body, headers=ASYNC), 409, "conflict")


async def test_a_job_is_kept_by_its_tag(world: World) -> None:
    """Who has the version gets 304; a change makes another tag."""
    job = await _put(world, await _book(world))
    read = await world.owner.get(f"{JOBS}/{job['id']}")
    seen = {"If-None-Match": read.headers["etag"]}
    assert (await world.owner.get(f"{JOBS}/{job['id']}", headers=seen)).status_code == 304
    made(await world.owner.post(f"{JOBS}/{job['id']}/cancel"), 200)
    assert (await world.owner.get(f"{JOBS}/{job['id']}", headers=seen)).status_code == 200


async def test_cancelled_and_tried_again(world: World, database: Database, tenant: UUID) -> None:
    """A job is cancelled once, tried again, done, and then neither."""
    path = f"{JOBS}/{(job := await _put(world, await _book(world)))['id']}"
    refused(await world.owner.post(f"{path}/retry"), 409, "conflict")
    cancelled = made(await world.owner.post(f"{path}/cancel"), 200)
    assert cancelled["status"] == "cancelled"
    assert made(await world.owner.post(f"{path}/cancel"), 200) == cancelled
    assert made(await world.owner.post(f"{path}/retry"), 200)["status"] == "queued"
    await attempt(database, tenant, UUID(job["id"]), 1)
    for action in ("cancel", "retry"):
        refused(await world.owner.post(f"{path}/{action}"), 409, "conflict")


async def test_lists_are_paged_and_narrowed(world: World) -> None:
    """The last made comes first, in pages; states and kinds narrow the list; others are refused."""
    portfolio = await _book(world)
    put = [(await _put(world, portfolio))["id"] for _ in range(3)]
    made(await world.owner.post(f"{JOBS}/{put[0]}/cancel"), 200)
    first = made(await world.owner.get(JOBS, params={"limit": 2}), 200)
    rest = made(await world.owner.get(first["next"]), 200)
    assert [job["id"] for job in (*first["items"], *rest["items"])] == put[::-1]
    for query, count in (
        ({"status": "cancelled"}, 1),
        ({"kind": "risk-run"}, 3),
        ({"kind": "webhook"}, 0),
        ({"status": "queued", "kind": "risk-run"}, 2),
    ):
        assert len(made(await world.owner.get(JOBS, params=query), 200)["items"]) == count
    refused(await world.owner.get(JOBS, params={"status": "lost"}), 422, "invalid")
    refused(await world.owner.get(f"{JOBS}/none"), 422, "invalid")
