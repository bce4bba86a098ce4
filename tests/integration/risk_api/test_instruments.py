"""Instruments: registered by imports, searched, named, and found where they are held."""

from typing import Any

import pytest

from risk_api_world import API, World, held, made, new_portfolio, refused

pytestmark = pytest.mark.anyio


async def _first(world: World) -> dict[str, Any]:
    book = await new_portfolio(world.owner)
    await held(world.owner, book["id"])
    (found,) = made(await world.owner.get(f"{API}/instruments?search=aaa"), 200)["items"]
    return {**found, "path": f"{API}/instruments/{found['id']}", "portfolio": book["id"]}


async def test_an_import_registers_what_it_names(world: World) -> None:
    """Taken rows do, refused ones do not; lists come by symbol, in pages, and by kind."""
    await _first(world)
    listed = made(await world.owner.get(f"{API}/instruments"), 200)["items"]
    assert [(one["symbol"], one["kind"]) for one in listed] == [
        ("AAA", "equity"),
        ("BBB", "equity"),
        ("USD", "cash"),
    ]
    page = made(await world.owner.get(f"{API}/instruments?limit=2"), 200)
    assert made(await world.owner.get(page["next"]), 200)["items"] == listed[2:]
    cash = made(await world.owner.get(f"{API}/instruments?kind=cash"), 200)["items"]
    assert cash == listed[2:]


async def test_where_it_is_held(world: World) -> None:
    """The portfolio and the quantity of its last positions."""
    one = await _first(world)
    (where,) = made(await world.owner.get(f"{one['path']}/held"), 200)["items"]
    assert (where["portfolio_id"], where["quantity"], where["positions"]) == (one["portfolio"], 10.0, 1)


async def test_it_is_named_once_by_whoever_is_first(world: World) -> None:
    """A change takes the tag that was read, a late one is refused, and the history knows both states."""
    one = await _first(world)
    read = await world.owner.get(one["path"])
    tag = {"If-Match": read.headers["etag"]}
    body = {"name": "Triple A", "attributes": {"sector": "Tech"}}
    named = await world.owner.patch(one["path"], json=body, headers=tag)
    assert made(named, 200)["name"] == "Triple A"
    assert (named.headers["etag"], read.headers["etag"]) == ('"2"', '"1"')
    refused(await world.owner.patch(one["path"], json=body, headers=tag), 412, "precondition-failed")
    refused(await world.owner.patch(one["path"], json=body), 428, "precondition-required")
    (change,) = made(await world.owner.get(f"{one['path']}/history"), 200)["items"]
    assert (change["version"], change["name"], change["changed_by"]) == (2, "Triple A", "owner")
    again = await world.owner.get(one["path"], headers={"If-None-Match": '"2"'})
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["", "/held", "/history"])
async def test_who_may_see_an_instrument(world: World, path: str) -> None:
    """Nobody, somebody powerless and another tenant see none; a malformed id is 422, an unknown one 404."""
    one = await _first(world)
    assert (await world.owner.get(one["path"] + path)).status_code == 200
    refused(await world.anonymous.get(one["path"] + path), 401, "unauthenticated")
    refused(await world.powerless.get(one["path"] + path), 403, "forbidden")
    refused(await world.outsider.get(one["path"] + path), 404, "not-found")
    refused(await world.owner.get(f"{API}/instruments/{one['portfolio']}{path}"), 404, "not-found")
    refused(await world.owner.get(f"{API}/instruments/nonsense{path}"), 422, "invalid")


async def test_who_may_name_an_instrument(world: World) -> None:
    """As above; what is no name or label is refused."""
    one = await _first(world)
    tag = {"If-Match": '"1"'}
    for caller, status, code in (
        (world.anonymous, 401, "unauthenticated"),
        (world.powerless, 403, "forbidden"),
        (world.outsider, 404, "not-found"),
    ):
        refused(await caller.patch(one["path"], json={"name": "Mine"}, headers=tag), status, code)
        if status < 404:
            refused(await caller.get(f"{API}/instruments"), status, code)
    bad: tuple[Any, ...] = ({"name": ""}, {"attributes": {"a": 1}}, {"symbol": "BBB"}, [])
    for body in bad:
        refused(await world.owner.patch(one["path"], json=body, headers=tag), 422, "invalid")
    assert made(await world.outsider.get(f"{API}/instruments"), 200)["items"] == []
