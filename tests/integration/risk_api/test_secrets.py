"""The keys of secrets over HTTP."""

import pytest

from risk_api_world import API, World, made, refused

pytestmark = pytest.mark.anyio

SECRETS = f"{API}/secrets"


async def test_the_state_shows_no_key(world: World) -> None:
    """Numbers, dates and counts, of the caller's tenant alone."""
    hook = {"url": "https://example.com/hook", "kinds": []}
    made(await world.owner.post(f"{API}/webhooks", json=hook), 201)
    found = made(await world.owner.get(SECRETS), 200)
    assert {(key["purpose"], key["number"]) for key in found["keys"]} == {("seal", 1), ("index", 1)}
    counts = {column["name"]: (column["secrets"], column["stale"]) for column in found["columns"]}
    assert counts["webhooks.secret"] == (1, 0)
    assert not {"wrapped", "id"} & set(found["keys"][0])
    other = made(await world.outsider.get(SECRETS), 200)
    assert {column["secrets"] for column in other["columns"]} == {0}


async def test_a_new_key_is_made_once(world: World) -> None:
    """The repeated request gets the same job; another one has to wait for the first."""
    key = {"Idempotency-Key": "once"}
    first, second = [await world.owner.post(f"{SECRETS}/rotate", headers=key) for _ in range(2)]
    job = made(first, 202)
    assert job["id"] == made(second, 202)["id"]
    assert first.headers["location"] == f"{API}/jobs/{job['id']}"
    refused(await world.owner.post(f"{SECRETS}/rotate"), 409, "conflict")
    events = made(await world.owner.get(f"{API}/audit/events", params={"limit": "9"}), 200)["items"]
    assert [event["action"] for event in events].count("data-key.rotated") == 1
    assert len(made(await world.owner.get(SECRETS), 200)["keys"]) == 3
    assert len(made(await world.outsider.get(SECRETS), 200)["keys"]) == 2


async def test_sealing_anew_is_a_job(world: World) -> None:
    """Asked for twice, it is one."""
    jobs = [made(await world.owner.post(f"{SECRETS}/reseal"), 202)["id"] for _ in range(2)]
    assert jobs[0] == jobs[1]


async def test_who_may_do_what(world: World) -> None:
    """Nobody without a name, nobody without the permission."""
    for path, method in ((SECRETS, "GET"), (f"{SECRETS}/rotate", "POST"), (f"{SECRETS}/reseal", "POST")):
        refused(await world.anonymous.request(method, path), 401, "unauthenticated")
        refused(await world.powerless.request(method, path), 403, "forbidden")
    refused(await world.owner.get(SECRETS, params={"key": "1"}), 422, "invalid")
