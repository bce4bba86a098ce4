"""Imports: listed, accounted for, and given back byte for byte."""

import pytest

from risk_api_world import API, BOOK, World, held, made, new_portfolio, refused

pytestmark = pytest.mark.anyio


async def test_an_import_is_there_with_its_rows_and_its_file(world: World) -> None:
    """The account names the refused row; the file comes back as it was sent, to be saved and not shown."""
    book = await new_portfolio(world.owner)
    sent = await held(world.owner, book["id"], source_name="my book.csv")
    (listed,) = made(await world.owner.get(f"{API}/imports"), 200)["items"]
    assert listed == sent["holdings"]
    path = f"{API}/imports/{listed['id']}"
    assert made(await world.owner.get(path), 200) == sent
    assert (listed["positions"], listed["refused"], listed["size"]) == (3, 1, len(BOOK))
    file = await world.owner.get(f"{path}/file?exact=true")
    assert (file.status_code, file.content) == (200, BOOK)
    assert file.headers["content-disposition"] == "attachment; filename*=UTF-8''my%20book.csv"
    assert file.headers["content-type"].startswith("text/csv")
    assert file.headers["x-content-type-options"] == "nosniff"
    again = await world.owner.get(f"{path}/file?exact=true", headers={"If-None-Match": file.headers["etag"]})
    assert again.status_code == 304
    shown = await world.owner.get(f"{path}/file", headers={"If-None-Match": file.headers["etag"]})
    assert (shown.status_code, shown.content) == (200, BOOK)


async def test_a_formula_is_a_text_unless_the_file_is_to_be_exact(world: World) -> None:
    """Whoever opens it in a spreadsheet sees what it would have done; programs get the very bytes."""
    book = await new_portfolio(world.owner)
    file = 'symbol;quantity;desk\n"=1+1";-10;Zürich\n'.encode("cp1252")
    sent = await held(world.owner, book["id"], file)
    path = f"{API}/imports/{sent['holdings']['id']}/file"
    assert (await world.owner.get(f"{path}?exact=true")).content == file
    assert (await world.owner.get(path)).text == 'symbol;quantity;desk\n"\'=1+1";-10;Zürich\n'


async def test_positions_come_in_pages_that_fit_together(world: World) -> None:
    """A page of a portfolio leads to pages of its import, whatever is imported meanwhile."""
    book = await new_portfolio(world.owner)
    await held(world.owner, book["id"])
    whole = made(await world.owner.get(f"{API}/portfolios/{book['id']}/positions"), 200)
    page = made(await world.owner.get(f"{API}/portfolios/{book['id']}/positions?limit=1"), 200)
    assert whole["next"] is None
    assert page["holdings"] == whole["holdings"]
    await held(world.owner, book["id"], b"symbol,quantity\nZZZ,1\n")
    found = page["positions"]
    while page["next"]:
        page = made(await world.owner.get(page["next"]), 200)
        found += page["items"]
    assert found == whole["positions"]


async def test_lists_come_in_pages_by_portfolio(world: World) -> None:
    """The last import comes first, of one portfolio or of all."""
    first, second = await new_portfolio(world.owner, "One"), await new_portfolio(world.owner, "Two")
    sent = [(await held(world.owner, one["id"]))["holdings"]["id"] for one in (first, second, first)]
    page = made(await world.owner.get(f"{API}/imports?limit=2"), 200)
    rest = made(await world.owner.get(page["next"]), 200)
    assert [one["id"] for one in page["items"] + rest["items"]] == sent[::-1]
    assert rest["next"] is None
    mine = made(await world.owner.get(f"{API}/imports?portfolio={first['id']}"), 200)["items"]
    assert [one["id"] for one in mine] == [sent[2], sent[0]]
    history = made(await world.owner.get(f"{API}/portfolios/{first['id']}/positions/history?limit=1"), 200)
    assert [one["id"] for one in history["items"]] == [sent[2]]
    assert [one["id"] for one in made(await world.owner.get(history["next"]), 200)["items"]] == [sent[0]]


@pytest.mark.parametrize("path", ["", "/positions", "/file"])
async def test_who_may_see_an_import(world: World, path: str) -> None:
    """Nobody, somebody powerless and another tenant see none; a malformed id is 422, an unknown one 404."""
    book = await new_portfolio(world.owner)
    one = (await held(world.owner, book["id"]))["holdings"]["id"]
    assert (await world.owner.get(f"{API}/imports/{one}{path}")).status_code == 200
    refused(await world.anonymous.get(f"{API}/imports/{one}{path}"), 401, "unauthenticated")
    refused(await world.powerless.get(f"{API}/imports/{one}{path}"), 403, "forbidden")
    refused(await world.outsider.get(f"{API}/imports/{one}{path}"), 404, "not-found")
    refused(await world.owner.get(f"{API}/imports/{book['id']}{path}"), 404, "not-found")
    refused(await world.owner.get(f"{API}/imports/nonsense{path}"), 422, "invalid")
    assert made(await world.outsider.get(f"{API}/imports"), 200)["items"] == []
    refused(await world.anonymous.get(f"{API}/imports"), 401, "unauthenticated")
    refused(await world.powerless.get(f"{API}/imports"), 403, "forbidden")
    refused(await world.owner.get(f"{API}/imports?limit=0"), 422, "invalid")
