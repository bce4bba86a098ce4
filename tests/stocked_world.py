"""A world with one of everything in it."""

from uuid import UUID, uuid4

from risk_api_world import API, World, breached, made, new_alert
from stored_people import person_in


async def stocked(world: World) -> dict[str, str]:
    """Let the owner make one of everything, and return the ids by the name that they have in paths."""
    breach = await breached(world, hard=1e-3)
    limit = made(await world.owner.get(f"{API}/limits/{breach['limit_id']}"), 200)
    (proposal,) = made(await world.owner.get(f"{API}/limits/{limit['id']}/proposals"), 200)["items"]
    run = made(await world.owner.get(f"{API}/risk-runs/{breach['last_run']}"), 200)
    asked = {"portfolio_id": run["portfolio_id"]}
    job = await world.owner.post(f"{API}/risk-runs", json=asked, headers={"Prefer": "respond-async"})
    new = {**asked, "name": "Nightly", "cron": "0 0 * * *"}
    schedule = await world.owner.post(f"{API}/schedules", json=new)
    sent = await world.owner.post(f"{API}/webhooks", json={"url": "https://example.com/"})
    webhook = sent.json()["id"]
    desk = {"name": "Desk", "url": "json://127.0.0.1:9/"}
    channel = await world.owner.post(f"{API}/channels", json=desk)
    alert = await new_alert(world, portfolio_id=UUID(run["portfolio_id"]))
    imports = made(await world.owner.get(f"{API}/imports"), 200)["items"]
    instruments = made(await world.owner.get(f"{API}/instruments"), 200)["items"]
    reader = {"name": "Reader", "permissions": ["runs:read"]}
    role = made(await world.owner.post(f"{API}/roles", json=reader), 201)
    team = made(await world.owner.post(f"{API}/teams", json={"name": "Desk"}), 201)
    somebody = await person_in(world.database, world.tenant, uuid4())
    given = {"holder": {"kind": "user", "id": str(somebody)}, "role": "viewer"}
    grant = made(await world.owner.post(f"{API}/grants", json=given), 201)
    delivery = await world.owner.get(f"{API}/webhooks/{webhook}/deliveries")
    return {name: run[name] for name in ("portfolio_id", "price_set_id")} | {
        "limit_id": limit["id"],
        "proposal_id": proposal["id"],
        "breach_id": breach["id"],
        "job_id": job.json()["id"],
        "schedule_id": schedule.json()["id"],
        "run_id": run["id"],
        "other_id": run["id"],
        "import_id": imports[0]["id"],
        "instrument_id": instruments[0]["id"],
        "role_id": role["id"],
        "team_id": team["id"],
        "grant_id": grant["id"],
        "alert_id": alert["id"],
        "channel_id": channel.json()["id"],
        "webhook_id": webhook,
        "delivery_id": delivery.json()["items"][0]["id"],
    }
