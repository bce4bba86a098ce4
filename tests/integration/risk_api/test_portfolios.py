"""Portfolios over HTTP."""

import asyncio

import pytest

from risk_api_world import API, World, breached, made, new_portfolio, refused

pytestmark = pytest.mark.anyio

PORTFOLIOS = f"{API}/portfolios"


async def test_a_portfolio_is_created_and_read(world: World) -> None:
    """What is created is found at its location, with an ETag that spares the second reading."""
    sent = await world.owner.post(PORTFOLIOS, json={"name": " Growth ", "base_currency": "EUR"})
    portfolio = made(sent, 201)
    assert (portfolio["name"], portfolio["base_currency"], portfolio["version"]) == ("Growth", "EUR", 1)
    read = await world.owner.get(sent.headers["Location"])
    assert made(read, 200) == portfolio
    assert read.headers["ETag"] == sent.headers["ETag"]
    again = await world.owner.get(sent.headers["Location"], headers={"If-None-Match": read.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("body", "code", "status"),
    [
        (b'{"name": "A", "name": "B"}', "bad-json", 400),
        (b'{"name": "A\\u0000"}', "bad-json", 400),
        (b'{"name": "\\ud800"}', "bad-json", 400),
        (b'{"name": NaN}', "bad-json", 400),
        (b"{", "bad-json", 400),
        (b"[]", "invalid", 422),
        (b"{}", "invalid", 422),
        (b'{"name": ""}', "invalid", 422),
        (b'{"name": "A", "owner": "me"}', "invalid", 422),
        (b'{"name": "A", "base_currency": "dollar"}', "invalid", 422),
        (b'{"name": "A", "parent_id": "above"}', "invalid", 422),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_malformed_portfolio_is_refused(world: World, body: bytes, code: str, status: int) -> None:
    """A body that is no portfolio is refused with a code, and nothing is made of it."""
    headers = {"Content-Type": "application/json"}
    refused(await world.owner.post(PORTFOLIOS, content=body, headers=headers), status, code)
    assert (await world.owner.get(PORTFOLIOS)).json() == {"items": [], "next": None}


async def test_a_name_is_taken_once(world: World) -> None:
    """Siblings have different names; cousins need not."""
    first = await new_portfolio(world.owner, "Desk")
    refused(await world.owner.post(PORTFOLIOS, json={"name": "Desk"}), 409, "conflict")
    assert (await new_portfolio(world.owner, "Desk", parent_id=first["id"]))["parent_id"] == first["id"]


async def test_a_repeated_creation_creates_once(world: World) -> None:
    """The same request with the same key, in parallel too, makes one portfolio and gets one answer."""
    headers = {"Idempotency-Key": "once"}
    sent = [world.owner.post(PORTFOLIOS, json={"name": "A"}, headers=headers) for _ in range(4)]
    answers = await asyncio.gather(*sent)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len((await world.owner.get(PORTFOLIOS)).json()["items"]) == 1
    other = await world.owner.post(PORTFOLIOS, json={"name": "B"}, headers=headers)
    refused(other, 409, "conflict")


async def test_a_change_needs_the_version_that_was_seen(world: World) -> None:
    """Of two editors who saw the same version one wins; the other is told, and so is who saw none."""
    portfolio = await new_portfolio(world.owner, "A")
    path = f"{PORTFOLIOS}/{portfolio['id']}"
    seen = {"If-Match": '"1"'}
    edits = [world.owner.patch(path, json={"name": name}, headers=seen) for name in ("B", "C")]
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*edits))
    assert statuses == [200, 412]
    refused(await world.owner.patch(path, json={"name": "D"}), 428, "precondition-required")
    assert (await world.owner.get(path)).headers["ETag"] == '"2"'


async def test_a_portfolio_moves_in_the_tree(world: World) -> None:
    """A parent that is left out stays, null is the top, and no portfolio comes to lie below itself."""
    top = await new_portfolio(world.owner, "Top")
    child = await new_portfolio(world.owner, "Child", parent_id=top["id"])
    path = f"{PORTFOLIOS}/{child['id']}"
    renamed = made(await world.owner.patch(path, json={"name": "X"}, headers={"If-Match": '"1"'}), 200)
    assert renamed["parent_id"] == top["id"]
    circle = await world.owner.patch(
        f"{PORTFOLIOS}/{top['id']}", json={"parent_id": child["id"]}, headers={"If-Match": '"1"'}
    )
    refused(circle, 409, "conflict")
    moved = made(await world.owner.patch(path, json={"parent_id": None}, headers={"If-Match": '"2"'}), 200)
    assert (moved["parent_id"], moved["name"], moved["version"]) == (None, "X", 3)


async def test_an_archived_portfolio_stays_readable(world: World) -> None:
    """Archiving takes a portfolio out of the list, not out of the store."""
    portfolio = await new_portfolio(world.owner)
    path = f"{PORTFOLIOS}/{portfolio['id']}"
    refused(await world.owner.delete(path, headers={"If-Match": '"7"'}), 412, "precondition-failed")
    archived = made(await world.owner.delete(path, headers={"If-Match": '"1"'}), 200)
    assert archived["archived_at"] is not None
    assert made(await world.owner.get(path), 200) == archived
    assert (await world.owner.get(PORTFOLIOS)).json()["items"] == []
    assert (await world.owner.get(PORTFOLIOS, params={"archived": "true"})).json()["items"] == [archived]
    refused(await world.owner.delete(path, headers={"If-Match": '"2"'}), 409, "conflict")


async def test_an_archived_portfolio_comes_back(world: World) -> None:
    """With the version that was seen, to where it was; not while its name is taken or its parent archived."""
    top = await new_portfolio(world.owner, "Top")
    child = await new_portfolio(world.owner, "Child", parent_id=top["id"])
    path = f"{PORTFOLIOS}/{child['id']}"
    refused(await world.owner.post(f"{path}/restore"), 428, "precondition-required")
    refused(await world.owner.post(f"{path}/restore", headers={"If-Match": '"1"'}), 409, "conflict")
    made(await world.owner.delete(path, headers={"If-Match": '"1"'}), 200)
    refused(
        await world.owner.post(f"{path}/restore", headers={"If-Match": '"1"'}), 412, "precondition-failed"
    )
    seen = {"If-Match": '"2"'}
    other = await new_portfolio(world.owner, "Child", parent_id=top["id"])
    refused(await world.owner.post(f"{path}/restore", headers=seen), 409, "conflict")
    for one in (other["id"], top["id"]):
        made(await world.owner.delete(f"{PORTFOLIOS}/{one}", headers={"If-Match": '"1"'}), 200)
    refused(await world.owner.post(f"{path}/restore", headers=seen), 409, "conflict")
    made(await world.owner.post(f"{PORTFOLIOS}/{top['id']}/restore", headers=seen), 200)
    back = await world.owner.post(f"{path}/restore", headers=seen)
    assert made(back, 200) == made(await world.owner.get(path), 200)
    assert (back.json()["archived_at"], back.json()["parent_id"], back.headers["ETag"]) == (
        None,
        top["id"],
        '"3"',
    )


async def test_the_tree_shows_how_portfolios_stand(world: World) -> None:
    """In the order of the tree, with the last run and the breaches that are open."""
    breach = await breached(world, hard=1e-3)
    await new_portfolio(world.owner, "Below", parent_id=breach["portfolio_id"])
    answer = await world.owner.get(f"{PORTFOLIOS}/tree")
    first, second = made(answer, 200)["items"]
    assert (first["id"], first["depth"], first["open_breaches"]) == (breach["portfolio_id"], 0, 1)
    assert first["last_run"] == made(await world.owner.get(f"{API}/risk-runs/{breach['last_run']}"), 200)
    assert (second["name"], second["depth"], second["last_run"]) == ("Below", 1, None)
    assert second["open_breaches"] == 0
    known = {"If-None-Match": answer.headers["ETag"]}
    assert (await world.owner.get(f"{PORTFOLIOS}/tree", headers=known)).status_code == 304
    refused(await world.owner.get(f"{PORTFOLIOS}/tree?archived=perhaps"), 422, "invalid")


async def test_a_list_comes_in_pages(world: World) -> None:
    """Following the links leads past every portfolio once, in the order of their making."""
    names = [(await new_portfolio(world.owner, f"P{k}"))["name"] for k in range(5)]
    found: list[str] = []
    path: str | None = f"{PORTFOLIOS}?limit=2"
    while path is not None:
        page = made(await world.owner.get(path), 200)
        found += [portfolio["name"] for portfolio in page["items"]]
        path = page["next"]
    assert found == names


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "after=x", "limit=1&limit=2", "page=2"])
async def test_a_page_that_makes_no_sense_is_refused(world: World, query: str) -> None:
    """Limits out of range, cursors that are none, repeated and unknown parameters are refused."""
    refused(await world.owner.get(f"{PORTFOLIOS}?{query}"), 422, "invalid")
