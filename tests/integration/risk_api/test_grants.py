"""Roles, teams and grants over HTTP."""

import asyncio
import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient
from sqlalchemy import text

from plimsoll.data.store import grants as stored
from plimsoll.data.store.grants import GrantStatus, Holder, HolderKind
from plimsoll.security.permissions import Permission, Principal, PrincipalKind
from plimsoll.security.roles import ROLES, Role
from plimsoll.security.scopes import Scope
from plimsoll.workflows.granted import permissions_of
from risk_api_world import API, BOOK, World, approved, made, new_limit, new_portfolio, refused
from stored_people import person_in

pytestmark = pytest.mark.anyio


async def user(world: World, role: str = "", *, stepped_up: bool = True) -> Principal:
    """Store a user who holds a role, and return them as they call."""
    number = await person_in(world.database, world.tenant, uuid4())
    async with world.database.session(world.tenant) as session:
        if role:
            await stored.add(
                session,
                Holder(HolderKind.USER, number),
                role=role,
                status=GrantStatus.ACTIVE,
                privileged=False,
                proposed_by="local",
            )
        permissions, scope = await permissions_of(session, f"user:{number}")
    now = dt.datetime.now(dt.UTC) if stepped_up else None
    return Principal(
        f"user:{number}",
        world.tenant,
        "Somebody",
        permissions,
        kind=PrincipalKind.USER,
        stepped_up_at=now,
        scope=scope,
    )


async def give(client: AsyncClient, holder: str, role: str, **more: Any) -> dict[str, Any]:
    """Give a role."""
    kind, _, number = holder.partition(":")
    asked = {"holder": {"kind": kind, "id": number}, "role": role, **more}
    return made(await client.post(f"{API}/grants", json=asked), 201)


async def test_a_role_is_given_and_taken_away(world: World) -> None:
    """What was given is in force, listed by holder, and over when it is ended; it ends once."""
    holder = (await user(world)).id
    grant = await give(world.owner, holder, "viewer", comment="Joins")
    assert (grant["status"], grant["privileged"], grant["proposed_by"]) == ("active", False, "owner")
    number = holder.partition(":")[2]
    listed = made(await world.owner.get(f"{API}/grants", params={"holder": number}), 200)["items"]
    assert listed == [grant] == [made(await world.owner.get(f"{API}/grants/{grant['id']}"), 200)]
    assert made(await world.owner.post(f"{API}/grants/{grant['id']}/end"), 200)["status"] == "ended"
    refused(await world.owner.post(f"{API}/grants/{grant['id']}/end"), 409, "conflict")
    active = await world.owner.get(f"{API}/grants", params={"holder": number, "status": "active"})
    assert active.json()["items"] == []


async def test_what_is_privileged_takes_two(world: World) -> None:
    """The proposer is refused, also in parallel; another administrator brings it into force, once."""
    first, second = await user(world, "administrator"), await user(world, "administrator")
    holder = (await user(world)).id
    async with world.client(first) as one, world.client(second) as other:
        grant = await give(one, holder, "risk-manager")
        assert grant["status"] == "proposed"
        path = f"{API}/grants/{grant['id']}/approve"
        for answer in await asyncio.gather(*(one.post(path) for _ in range(4))):
            refused(answer, 403, "four-eyes")
        answers = await asyncio.gather(*(other.post(path) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        assert made(await one.get(f"{API}/grants/{grant['id']}"), 200)["four_eyes"] is True


async def test_each_action_is_written_down_once(world: World) -> None:
    """Giving, ending, making, changing and dropping leave one event each; what is refused leaves none."""
    holder = (await user(world)).id
    grant = await give(world.owner, holder, "viewer")
    await world.owner.post(f"{API}/grants/{grant['id']}/end")
    await world.owner.post(f"{API}/grants/{grant['id']}/end")
    role = made(await world.owner.post(f"{API}/roles", json={"name": "x", "permissions": ["runs:read"]}), 201)
    seen = {"If-Match": '"1"'}
    await world.owner.patch(f"{API}/roles/{role['id']}", json={"description": "y"}, headers=seen)
    await world.owner.delete(f"{API}/roles/{role['id']}", headers={"If-Match": '"2"'})
    team = made(await world.owner.post(f"{API}/teams", json={"name": "x", "members": []}), 201)
    await world.owner.patch(f"{API}/teams/{team['id']}", json={"name": "y"}, headers=seen)
    await world.owner.delete(f"{API}/teams/{team['id']}", headers={"If-Match": '"2"'})
    async with world.database.session(world.tenant) as session:
        found = (await session.execute(text("SELECT action, actor FROM audit_events ORDER BY id"))).all()
    assert [row.action for row in found] == [
        "grant.made",
        "grant.revoked",
        *("role.created", "role.changed", "role.removed"),
        *("team.created", "team.changed", "team.removed"),
    ]
    assert {row.actor for row in found} == {"owner"}


async def test_a_fresh_sign_in_is_needed(world: World) -> None:
    """Whoever has not shown lately who they are changes nothing about who may do what."""
    stale = await user(world, "administrator", stepped_up=False)
    asked = {"holder": {"kind": "user", "id": str(uuid4())}, "role": "viewer"}
    async with world.client(stale) as client:
        for path, body in (("grants", asked), ("teams", {"name": "x"}), ("roles", {"name": "x"})):
            refused(await client.post(f"{API}/{path}", json=body), 403, "step-up-required")
        assert (await client.get(f"{API}/grants")).status_code == 200


async def test_nobody_gives_more_than_they_have(world: World) -> None:
    """A custom role that may grant gives neither other permissions nor its own in more portfolios."""
    book = await new_portfolio(world.owner)
    holder = (await user(world)).id
    permissions = ROLES[Role.VIEWER] | {Permission.GRANTS_WRITE}
    scope = Scope.of(dict.fromkeys(ROLES[Role.VIEWER], (UUID(book["id"]),)))
    giver = Principal("giver", world.tenant, "Giver", permissions, scope=scope)
    async with world.client(giver) as client:
        for role in ("administrator", "viewer"):
            kind, _, number = holder.partition(":")
            asked = {"holder": {"kind": kind, "id": number}, "role": role}
            refused(await client.post(f"{API}/grants", json=asked), 403, "forbidden")
        assert (await give(client, holder, "viewer", portfolio=book["id"]))["status"] == "active"


async def test_a_custom_role_and_its_life(world: World) -> None:
    """It is made, read, changed by who has its version, held, and dropped when nobody holds it."""
    new = {"name": "Run reader", "permissions": ["runs:read"]}
    role = made(await world.owner.post(f"{API}/roles", json=new), 201)
    path, seen = f"{API}/roles/{role['id']}", {"If-Match": '"1"'}
    assert (await world.owner.get(path)).headers["ETag"] == '"1"'
    changed = await world.owner.patch(path, json={"permissions": ["jobs:read"]}, headers=seen)
    assert made(changed, 200)["permissions"] == ["jobs:read"]
    refused(
        await world.owner.patch(path, json={"description": "x"}, headers=seen), 412, "precondition-failed"
    )
    refused(await world.owner.post(f"{API}/roles", json=new), 409, "conflict")
    refused(await world.owner.post(f"{API}/roles", json={**new, "name": "viewer"}), 409, "conflict")
    unknown = {"name": "x", "permissions": ["moon:land"]}
    refused(await world.owner.post(f"{API}/roles", json=unknown), 422, "usage")
    grant = await give(world.owner, (await user(world)).id, "Run reader")
    refused(await world.owner.delete(path, headers={"If-Match": '"2"'}), 409, "conflict")
    await world.owner.post(f"{API}/grants/{grant['id']}/end")
    assert (await world.owner.delete(path, headers={"If-Match": '"2"'})).status_code == 204
    listed = made(await world.owner.get(f"{API}/roles"), 200)["items"]
    assert {one["name"] for one in listed if one["privileged"]} == {"risk-manager", "administrator"}
    names = [one["name"] for one in listed]
    assert names == [role.value for role in Role]


async def test_a_team_and_its_life(world: World) -> None:
    """Members and portfolios are replaced; a grant keeps it from being dropped."""
    book = await new_portfolio(world.owner)
    member = {"kind": "user", "id": (await user(world)).id.partition(":")[2]}
    new = {"name": "Desk", "members": [member], "portfolios": [book["id"]]}
    team = made(await world.owner.post(f"{API}/teams", json=new), 201)
    assert (team["members"], team["portfolios"]) == ([member], [book["id"]])
    path = f"{API}/teams/{team['id']}"
    seen = {"If-Match": f'"{team["version"]}"'}
    changed = made(await world.owner.patch(path, json={"members": []}, headers=seen), 200)
    assert changed["members"] == []
    refused(await world.owner.patch(path, json={"name": "x"}, headers=seen), 412, "precondition-failed")
    grant = await give(world.owner, f"team:{team['id']}", "viewer", desk=team["id"])
    seen = {"If-Match": f'"{changed["version"]}"'}
    refused(await world.owner.delete(path, headers=seen), 409, "conflict")
    await world.owner.post(f"{API}/grants/{grant['id']}/end")
    assert (await world.owner.delete(path, headers=seen)).status_code == 204
    assert made(await world.owner.get(f"{API}/teams"), 200)["items"] == []


async def test_a_desk_works_in_its_part_of_the_tree(world: World) -> None:
    """Below what was granted all can be made and moved; nothing can be moved out or made beside it."""
    firm = await new_portfolio(world.owner, "Firm")
    desk = await new_portfolio(world.owner, "Desk", parent_id=firm["id"])
    other = await new_portfolio(world.owner, "Other", parent_id=firm["id"])
    holder = (await user(world)).id
    await give(world.owner, holder, "portfolio-manager", portfolio=desk["id"])
    async with world.database.session(world.tenant) as session:
        permissions, scope = await permissions_of(session, holder)
    caller = Principal(holder, world.tenant, "Manager", permissions, kind=PrincipalKind.USER, scope=scope)
    async with world.client(caller) as client:
        book = await new_portfolio(client, "Book", parent_id=desk["id"])
        path, seen = f"{API}/portfolios/{book['id']}", {"If-Match": '"1"'}
        refused(await client.post(f"{API}/portfolios", json={"name": "Top"}), 403, "forbidden")
        below = {"name": "Below", "parent_id": other["id"]}
        refused(await client.post(f"{API}/portfolios", json=below), 404, "not-found")
        refused(await client.patch(path, json={"parent_id": None}, headers=seen), 403, "forbidden")
        refused(await client.patch(path, json={"parent_id": other["id"]}, headers=seen), 404, "not-found")
        up = f"{API}/portfolios/{desk['id']}"
        refused(await client.patch(up, json={"parent_id": None}, headers=seen), 403, "forbidden")
        assert made(await client.patch(path, json={"name": "Ours"}, headers=seen), 200)["name"] == "Ours"
        positions = f"{API}/portfolios/{book['id']}/positions"
        sent = await client.put(positions, content=BOOK, headers={"Content-Type": "text/csv"})
        made(sent, 200)
        listed = {one["name"] for one in made(await client.get(f"{API}/portfolios"), 200)["items"]}
        assert listed == {"Desk", "Ours"}
        tree = made(await client.get(f"{API}/portfolios/tree"), 200)["items"]
        assert [one["depth"] for one in tree] == [0, 1]


async def test_users_need_four_eyes_for_limits_whatever_the_installation_says(world: World) -> None:
    """A person never approves their own limit, though the key of the machine may be alone."""
    book = await new_portfolio(world.owner)
    one, other = await user(world, "risk-manager"), await user(world, "risk-manager")
    async with world.client(one) as client, world.client(other) as second:
        limit = await new_limit(client, book["id"], hard=1.0)
        path = f"{API}/limits/{limit['id']}/proposals/{limit['proposal']['id']}/approve"
        refused(await client.post(path, json={}), 403, "four-eyes")
        assert (await approved(second, limit))["status"] == "active"
