"""Service accounts and API keys over HTTP."""

from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from plimsoll.security.roles import ROLES, Role
from risk_api_world import API, World, made, new_portfolio, refused

pytestmark = pytest.mark.anyio

ACCOUNTS, KEYS = f"{API}/service-accounts", f"{API}/api-keys"
NEW = {"name": "nightly", "permissions": ["portfolios:read", "runs:read"]}
UNKNOWN = "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10"


async def _account(client: AsyncClient, **fields: Any) -> dict[str, Any]:
    return made(await client.post(ACCOUNTS, json={**NEW, **fields}), 201)


async def _key(client: AsyncClient, account: str, **fields: Any) -> dict[str, Any]:
    return made(await client.post(f"{ACCOUNTS}/{account}/keys", json={"name": "key", **fields}), 201)


async def _as(world: World, key: str, method: str = "GET", path: str = "/portfolios") -> Response:
    headers = {"Authorization": f"Bearer {key}"}
    return await world.anonymous.request(method, API + path, headers=headers)


async def test_a_key_opens_what_it_may_and_nothing_else(world: World) -> None:
    """It is shown once, and does what both the key and its account may do."""
    account = await _account(world.owner)
    key = await _key(world.owner, account["id"], permissions=["portfolios:read"])
    assert key["prefix"] == key.pop("key")[:10]
    read = made(await world.owner.get(f"{KEYS}/{key['id']}"), 200)
    assert read == key
    again = await _key(world.owner, account["id"], permissions=["portfolios:read"])
    assert made(await _as(world, again["key"]), 200)["items"] == []
    refused(await _as(world, again["key"], path="/risk-runs"), 403, "forbidden")
    refused(await _as(world, again["key"], "POST"), 403, "forbidden")
    other = again["key"][:-1] + ("A" if again["key"][-1] != "A" else "B")
    refused(await _as(world, other), 401, "unauthenticated")


async def test_a_program_is_granted_what_people_are(world: World) -> None:
    """A role on a portfolio shows that one and what lies below; what is outside does not exist."""
    desk = await new_portfolio(world.owner, "Desk")
    book = await new_portfolio(world.owner, "Book", parent_id=desk["id"])
    other = await new_portfolio(world.owner, "Other")
    account = await _account(world.owner, permissions=[])
    wide = (await _key(world.owner, account["id"]))["key"]
    slim = (await _key(world.owner, account["id"], permissions=["runs:read", "jobs:write"]))["key"]
    refused(await _as(world, wide), 403, "forbidden")
    holder = {"kind": "account", "id": account["id"]}
    asked = {"holder": holder, "role": "viewer", "portfolio": desk["id"]}
    grant = made(await world.owner.post(f"{API}/grants", json=asked), 201)
    assert grant["status"] == "active"
    shown = made(await world.owner.get(f"{ACCOUNTS}/{account['id']}"), 200)
    assert shown["permissions"] == sorted(ROLES[Role.VIEWER])
    listed = made(await _as(world, wide), 200)["items"]
    assert {one["id"] for one in listed} == {desk["id"], book["id"]}
    made(await _as(world, wide, path=f"/portfolios/{book['id']}"), 200)
    refused(await _as(world, wide, path=f"/portfolios/{other['id']}"), 404, "not-found")
    made(await _as(world, slim, path="/risk-runs"), 200)
    refused(await _as(world, slim), 403, "forbidden")
    made(await world.owner.post(f"{API}/grants/{grant['id']}/end"), 200)
    refused(await _as(world, wide), 403, "forbidden")


async def test_a_program_on_a_team_has_what_the_team_has(world: World) -> None:
    """On the desk's portfolios, with an access token as with a key."""
    book = await new_portfolio(world.owner, "Book")
    other = await new_portfolio(world.owner, "Other")
    account = await _account(world.owner, permissions=[])
    new = {
        "name": "Robots",
        "members": [{"kind": "account", "id": account["id"]}],
        "portfolios": [book["id"]],
    }
    team = made(await world.owner.post(f"{API}/teams", json=new), 201)
    asked = {"holder": {"kind": "team", "id": team["id"]}, "role": "analyst", "desk": team["id"]}
    made(await world.owner.post(f"{API}/grants", json=asked), 201)
    key = (await _key(world.owner, account["id"]))["key"]
    assert [one["id"] for one in made(await _as(world, key), 200)["items"]] == [book["id"]]
    refused(await _as(world, key, path=f"/portfolios/{other['id']}"), 404, "not-found")


async def test_a_key_is_held_to_portfolios_and_desks(world: World) -> None:
    """It shows them and what lies below, as far as its account may; nothing that belongs to the tenant."""
    desk = await new_portfolio(world.owner, "Desk")
    book = await new_portfolio(world.owner, "Book", parent_id=desk["id"])
    other = await new_portfolio(world.owner, "Other")
    team = made(await world.owner.post(f"{API}/teams", json={"name": "T", "portfolios": [other["id"]]}), 201)
    account = await _account(world.owner, permissions=["portfolios:read", "channels:read"])

    async def seen(key: str) -> set[str]:
        return {one["id"] for one in made(await _as(world, key), 200)["items"]}

    one = await _key(world.owner, account["id"], portfolios=[desk["id"]])
    assert (one["portfolios"], one["desks"]) == ([desk["id"]], None)
    assert await seen(one["key"]) == {desk["id"], book["id"]}
    made(await _as(world, one["key"], path=f"/portfolios/{book['id']}"), 200)
    refused(await _as(world, one["key"], path=f"/portfolios/{other['id']}"), 404, "not-found")
    refused(await _as(world, one["key"], path="/channels"), 403, "forbidden")
    two = await _key(world.owner, account["id"], portfolios=[book["id"]], desks=[team["id"]])
    assert await seen(two["key"]) == {book["id"], other["id"]}
    changed = {"portfolios": [desk["id"]]}
    tag = {"If-Match": f'"{team["version"]}"'}
    made(await world.owner.patch(f"{API}/teams/{team['id']}", json=changed, headers=tag), 200)
    assert await seen(two["key"]) == {book["id"], desk["id"]}
    narrow = await _account(world.owner, name="narrow", permissions=[])
    held = {"kind": "account", "id": narrow["id"]}
    given = {"holder": held, "role": "viewer", "portfolio": book["id"]}
    made(await world.owner.post(f"{API}/grants", json=given), 201)
    three = await _key(world.owner, narrow["id"], portfolios=[desk["id"], other["id"]])
    assert await seen(three["key"]) == {book["id"]}
    four = await _key(world.owner, narrow["id"], portfolios=[other["id"]])
    assert await seen(four["key"]) == set()


async def test_a_bound_is_of_what_there_is(world: World) -> None:
    """Of portfolios and teams of the tenant, for permissions that can be had so, and never an empty one."""
    foreign = await new_portfolio(world.outsider, "Theirs")
    book = await new_portfolio(world.owner, "Book")
    account = await _account(world.owner, permissions=["portfolios:read", "channels:read"])
    path = f"{ACCOUNTS}/{account['id']}/keys"
    for bound, status, code in (
        ({"portfolios": [foreign["id"]]}, 404, "not-found"),
        ({"portfolios": [UNKNOWN]}, 404, "not-found"),
        ({"desks": [UNKNOWN]}, 404, "not-found"),
        ({"portfolios": []}, 422, "invalid"),
        ({"portfolios": ["x"]}, 422, "invalid"),
        ({"portfolios": [book["id"]], "permissions": ["channels:read"]}, 422, "usage"),
    ):
        refused(await world.owner.post(path, json={"name": "key", **bound}), status, code)


async def test_a_program_holds_nothing_privileged(world: World) -> None:
    """Neither in the tenant nor on a portfolio; an account that is not there holds nothing at all."""
    book = await new_portfolio(world.owner, "Book")
    account = await _account(world.owner, permissions=[])
    holder = {"kind": "account", "id": account["id"]}
    for role, where in (("administrator", {}), ("risk-manager", {"portfolio": book["id"]})):
        answer = await world.owner.post(f"{API}/grants", json={"holder": holder, "role": role, **where})
        refused(answer, 403, "forbidden")
    nobody = {"holder": {"kind": "account", "id": UNKNOWN}, "role": "viewer"}
    refused(await world.owner.post(f"{API}/grants", json=nobody), 404, "not-found")
    foreign = {"holder": holder, "role": "viewer"}
    refused(await world.outsider.post(f"{API}/grants", json=foreign), 404, "not-found")


async def test_a_collector_reads_the_audit_and_nothing_else(world: World) -> None:
    """Of its tenant alone; to export, and whatever needs a fresh proof, is for people."""
    account = await _account(world.owner, name="siem", permissions=["audit:read"])
    key = (await _key(world.owner, account["id"]))["key"]
    await _account(world.outsider, name="theirs")
    listed = made(await _as(world, key, path="/audit/events?action=account.created"), 200)["items"]
    assert [event["detail"]["name"] for event in listed] == ["siem"]
    for path in ("/audit/export", "/portfolios", "/users", "/service-accounts", "/api-keys"):
        refused(await _as(world, key, path=path), 403, "forbidden")
    new = await world.owner.post(ACCOUNTS, json={"name": "more", "permissions": ["audit:export"]})
    assert "audit:read" in refused(new, 403, "forbidden")["remedy"]
    refused(await _as(world, key, "POST", "/audit/rotate-key"), 403, "forbidden")


async def test_a_key_reads_the_data_of_its_tenant_alone(world: World) -> None:
    """Another tenant sees neither the key nor its account."""
    book = made(await world.owner.post(f"{API}/portfolios", json={"name": "Book"}), 201)
    account = await _account(world.outsider)
    key = await _key(world.outsider, account["id"])
    refused(await _as(world, key["key"], path=f"/portfolios/{book['id']}"), 404, "not-found")
    for path in (f"{ACCOUNTS}/{account['id']}", f"{ACCOUNTS}/{account['id']}/keys", f"{KEYS}/{key['id']}"):
        refused(await world.owner.get(path), 404, "not-found")
    refused(await world.owner.post(f"{KEYS}/{key['id']}/revoke"), 404, "not-found")
    foreign = await world.owner.post(f"{ACCOUNTS}/{account['id']}/keys", json={"name": "mine"})
    refused(foreign, 404, "not-found")
    assert made(await world.owner.get(ACCOUNTS), 200)["items"] == []
    assert made(await world.owner.get(KEYS), 200)["items"] == []


async def test_a_revoked_key_opens_nothing(world: World) -> None:
    """At once where it was revoked; it is still listed."""
    account = await _account(world.owner)
    key = await _key(world.owner, account["id"])
    made(await _as(world, key["key"]), 200)
    for _ in range(2):
        assert (await world.owner.post(f"{KEYS}/{key['id']}/revoke")).status_code == 204
    refused(await _as(world, key["key"]), 401, "unauthenticated")
    (listed,) = made(await world.owner.get(f"{ACCOUNTS}/{account['id']}/keys"), 200)["items"]
    assert listed["revoked_at"] is not None
    assert listed["last_used_at"] is not None


async def test_a_disabled_account_takes_its_keys_with_it(world: World) -> None:
    """Enabled again, they count again; a change needs the version that was seen."""
    account = await _account(world.owner)
    key = await _key(world.owner, account["id"])
    path, seen = f"{ACCOUNTS}/{account['id']}", {"If-Match": '"1"'}
    disabled = made(await world.owner.patch(path, json={"disabled": True}, headers=seen), 200)
    assert disabled["disabled_at"] is not None
    refused(await _as(world, key["key"]), 401, "unauthenticated")
    refused(await world.owner.post(f"{path}/keys", json={"name": "more"}), 409, "conflict")
    refused(await world.owner.patch(path, json={"disabled": False}, headers=seen), 412, "precondition-failed")
    refused(await world.owner.patch(path, json={"disabled": False}), 428, "precondition-required")
    made(await world.owner.patch(path, json={"disabled": False}, headers={"If-Match": '"2"'}), 200)
    made(await _as(world, key["key"]), 200)


async def test_whoever_changes_an_account_has_seen_what_it_may_do(world: World) -> None:
    """Its tag changes by grants to it and to its teams, and by their roles; an older one changes nothing."""
    account = await _account(world.owner, permissions=[])
    path, tags = f"{ACCOUNTS}/{account['id']}", [account["etag"]]
    holder = {"kind": "account", "id": account["id"]}

    async def moved() -> None:
        read = await world.owner.get(path, headers={"If-None-Match": f'"{tags[-1]}"'})
        assert (read.status_code, read.headers["ETag"]) == (200, f'"{read.json()["etag"]}"')
        assert read.json()["etag"] not in tags
        stale = {"If-Match": f'"{tags[-1]}"'}
        refused(
            await world.owner.patch(path, json={"disabled": False}, headers=stale), 412, "precondition-failed"
        )
        tags.append(read.json()["etag"])
        same = await world.owner.get(path, headers={"If-None-Match": f'"{tags[-1]}"'})
        assert same.status_code == 304

    given = {"holder": holder, "role": "viewer"}
    grant = made(await world.owner.post(f"{API}/grants", json=given), 201)
    await moved()
    role = {"name": "Reader", "permissions": ["runs:read"]}
    role = made(await world.owner.post(f"{API}/roles", json=role), 201)
    team = made(await world.owner.post(f"{API}/teams", json={"name": "Robots", "members": [holder]}), 201)
    asked = {"holder": {"kind": "team", "id": team["id"]}, "role": "Reader"}
    made(await world.owner.post(f"{API}/grants", json=asked), 201)
    made(await world.owner.post(f"{API}/grants/{grant['id']}/end"), 200)
    await moved()
    wider = {"permissions": ["runs:read", "jobs:read"]}
    seen = {"If-Match": '"1"'}
    made(await world.owner.patch(f"{API}/roles/{role['id']}", json=wider, headers=seen), 200)
    await moved()
    fresh = {"If-Match": f'"{tags[-1]}"'}
    changed = made(await world.owner.patch(path, json={"disabled": True}, headers=fresh), 200)
    assert changed["version"] == 2
    tags.append(changed["etag"])
    made(await world.owner.patch(path, json={"disabled": False}, headers={"If-Match": f'"{tags[-1]}"'}), 200)
    await moved()
    (listed,) = made(await world.owner.get(ACCOUNTS), 200)["items"]
    assert listed["etag"] == tags[-1]
    refused(await world.owner.patch(path, json={}, headers={"If-Match": '"x"'}), 412, "precondition-failed")


async def test_bait_opens_nothing(world: World) -> None:
    """It looks like every other key."""
    account = await _account(world.owner)
    key = await _key(world.owner, account["id"], canary=True)
    refused(await _as(world, key["key"]), 401, "unauthenticated")


async def test_nobody_gives_what_they_do_not_have(world: World) -> None:
    """Neither to an account nor to a key of one that has more; nor what takes two people."""
    account = await _account(world.owner)
    helper = await _account(world.owner, name="helper", permissions=["portfolios:read"])
    key = await _key(world.owner, helper["id"])
    refused(await _as(world, key["key"], "POST", "/service-accounts"), 403, "forbidden")
    refused(await world.powerless.post(ACCOUNTS, json=NEW), 403, "forbidden")
    wide = {"name": "wide", "permissions": ["limits:approve"]}
    refused(await world.owner.post(ACCOUNTS, json=wide), 403, "forbidden")
    more = {"name": "k", "permissions": ["prices:write"]}
    await world.owner.post(f"{ACCOUNTS}/{account['id']}/keys", json=more)


async def test_a_repeated_creation_makes_one_key(world: World) -> None:
    """The first answer comes back with the key, which is kept sealed for that."""
    account = await _account(world.owner)
    once = {"Idempotency-Key": "once"}
    path = f"{ACCOUNTS}/{account['id']}/keys"
    first, second = [await world.owner.post(path, json={"name": "k"}, headers=once) for _ in range(2)]
    assert made(first, 201) == made(second, 201)
    assert len(made(await world.owner.get(KEYS), 200)["items"]) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid"),
        ({"name": ""}, 422, "invalid"),
        ({"name": "a", "permissions": ["moon:land"]}, 422, "usage"),
        ({"name": "a", "permissions": "runs:read"}, 422, "invalid"),
        ({"name": "a", "roles": ["administrator"]}, 422, "invalid"),
        ({"name": "a", "disabled_at": None}, 422, "invalid"),
        ({"name": "a", "public_keys": [{"kty": "oct", "kid": "a"}]}, 422, "usage"),
        ({"name": "a", "public_keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "a"}]}, 422, "usage"),
        ({"name": "a", "public_keys": [{"kty": "OKP", "kid": "a", "d": "x"}]}, 422, "invalid"),
    ],
)
async def test_a_malformed_account_is_refused(
    world: World, body: dict[str, Any], status: int, code: str
) -> None:
    """Nothing is made of it."""
    refused(await world.owner.post(ACCOUNTS, json=body), status, code)
    assert made(await world.owner.get(ACCOUNTS), 200)["items"] == []


async def test_a_name_is_there_once(world: World) -> None:
    """In one tenant; another tenant may have it too."""
    await _account(world.owner)
    refused(await world.owner.post(ACCOUNTS, json=NEW), 409, "conflict")
    await _account(world.outsider)


async def test_keys_live_for_a_year_at_most(world: World) -> None:
    """And for a day at least; an unknown account has none."""
    account = await _account(world.owner)
    for days in (0, 367, "90", True):
        body = {"name": "k", "days": days}
        refused(await world.owner.post(f"{ACCOUNTS}/{account['id']}/keys", json=body), 422, "invalid")
    refused(await world.owner.post(f"{ACCOUNTS}/{UNKNOWN}/keys", json={"name": "k"}), 404, "not-found")
    refused(await world.owner.get(f"{ACCOUNTS}/{UNKNOWN}"), 404, "not-found")
    refused(await world.owner.post(f"{KEYS}/{UNKNOWN}/revoke"), 404, "not-found")
