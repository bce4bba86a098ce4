"""Positions of a portfolio over HTTP."""

import datetime as dt

import pytest

from risk_api_world import API, BOOK, World, held, made, new_portfolio, refused

pytestmark = pytest.mark.anyio


async def test_every_row_is_accounted_for(world: World) -> None:
    """The account of an import names the rows that were taken and those that were refused."""
    portfolio = await new_portfolio(world.owner)
    result = await held(world.owner, portfolio["id"], source_name="desk.csv", valid_from="2024-05-01")
    version = result["holdings"]
    assert (version["positions"], version["refused"]) == (3, 1)
    assert (version["source_name"], version["valid_from"]) == ("desk.csv", "2024-05-01")
    assert [(row["item"], row["row"], row["column"]) for row in result["refused"]] == [("CCC", 5, "quantity")]
    assert result["assumptions"][0]["topic"] == "import"


async def test_positions_are_read_as_they_were_imported(world: World) -> None:
    """Symbols, quantities, currencies and attributes come back, and an ETag spares the second reading."""
    portfolio = await new_portfolio(world.owner)
    result = await held(world.owner, portfolio["id"])
    path = f"{API}/portfolios/{portfolio['id']}/positions"
    answer = await world.owner.get(path)
    found = made(answer, 200)
    assert found["holdings"] == result["holdings"]
    assert found["refused"] == result["refused"]
    assert [(one["symbol"], one["quantity"], one["currency"]) for one in found["positions"]] == [
        ("AAA", 10.0, "USD"),
        ("BBB", -4.0, "EUR"),
        ("USD", 500.0, "USD"),
    ]
    assert found["positions"][0]["attributes"] == {"desk": "Growth"}
    assert found["positions"][2]["kind"] == "cash"
    again = await world.owner.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


async def test_history_is_never_overwritten(world: World) -> None:
    """Each import adds a version; a date and an instant choose among them."""
    portfolio = await new_portfolio(world.owner)
    path = f"{API}/portfolios/{portfolio['id']}/positions"
    first = await held(world.owner, portfolio["id"], b"symbol,quantity\nAAA,1\n", valid_from="2024-01-01")
    later = await held(world.owner, portfolio["id"], b"symbol,quantity\nAAA,2\n", valid_from="2024-02-01")
    mended = await held(world.owner, portfolio["id"], b"symbol,quantity\nAAA,3\n", valid_from="2024-01-01")

    async def quantity(**query: str) -> float:
        found = made(await world.owner.get(path, params=query), 200)
        held_then: float = found["positions"][0]["quantity"]
        return held_then

    assert await quantity() == 2.0
    assert await quantity(as_of="2024-01-31") == 3.0
    assert await quantity(as_of="2024-01-31", known_at=later["holdings"]["known_at"]) == 1.0
    history = made(await world.owner.get(f"{path}/history"), 200)["items"]
    assert history == [mended["holdings"], later["holdings"], first["holdings"]]
    refused(await world.owner.get(path, params={"as_of": "2023-12-31"}), 404, "not-found")


async def test_positions_are_valid_from_today_unless_they_say_otherwise(world: World) -> None:
    """Without a date an import counts from the day on which it is made."""
    portfolio = await new_portfolio(world.owner)
    before = dt.datetime.now(dt.UTC).date()
    result = await held(world.owner, portfolio["id"])
    valid_from = dt.date.fromisoformat(result["holdings"]["valid_from"])
    assert before <= valid_from <= dt.datetime.now(dt.UTC).date()


async def test_a_repeated_import_is_one_version(world: World) -> None:
    """The same file with the same key is recorded once."""
    portfolio = await new_portfolio(world.owner)
    path = f"{API}/portfolios/{portfolio['id']}/positions"
    headers = {"Content-Type": "text/csv", "Idempotency-Key": "file-7"}
    answers = [await world.owner.put(path, content=BOOK, headers=headers) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert len(made(await world.owner.get(f"{path}/history"), 200)["items"]) == 1


@pytest.mark.parametrize(
    ("content", "query", "media_type", "status", "code"),
    [
        (b"", "", "text/csv", 422, "bad-data"),
        (b"\x00\x01\x02", "", "text/csv", 422, "bad-data"),
        (b"symbol,quantity\nAAA,many\n", "", "text/csv", 422, "bad-data"),
        (b"PK\x03\x04 a workbook", "", "text/csv", 422, "bad-data"),
        (BOOK, "valid_from=yesterday", "text/csv", 422, "invalid"),
        (BOOK, "source_name=", "text/csv", 422, "invalid"),
        (BOOK, "source_name=%00", "text/csv", 400, "bad-path"),
        (BOOK, "", "application/json", 415, "unsupported-media-type"),
    ],
)
async def test_a_file_that_cannot_be_used_is_refused(
    world: World, content: bytes, query: str, media_type: str, status: int, code: str
) -> None:
    """Files, dates and names that cannot be used are refused, and no version is recorded."""
    portfolio = await new_portfolio(world.owner)
    path = f"{API}/portfolios/{portfolio['id']}/positions"
    headers = {"Content-Type": media_type}
    refused(await world.owner.put(f"{path}?{query}", content=content, headers=headers), status, code)
    assert made(await world.owner.get(f"{path}/history"), 200)["items"] == []


async def test_an_archived_portfolio_takes_no_positions(world: World) -> None:
    """What was archived is not changed any more."""
    portfolio = await new_portfolio(world.owner)
    path = f"{API}/portfolios/{portfolio['id']}"
    made(await world.owner.delete(path, headers={"If-Match": '"1"'}), 200)
    sent = await world.owner.put(f"{path}/positions", content=BOOK, headers={"Content-Type": "text/csv"})
    refused(sent, 409, "conflict")
