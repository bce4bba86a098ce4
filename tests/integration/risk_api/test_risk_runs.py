"""Risk runs over HTTP: identified, kept, listed and read."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from commands import Command
from risk_api_world import (
    API,
    BOOK,
    World,
    held,
    made,
    new_portfolio,
    new_prices,
    new_run,
    prices_file,
    ready_run,
    refused,
)

pytestmark = pytest.mark.anyio

RUNS = f"{API}/risk-runs"


async def test_a_run_is_identified_and_found(world: World) -> None:
    """What a run was made of and what it found is at its location."""
    portfolio = await new_portfolio(world.owner)
    version = (await held(world.owner, portfolio["id"]))["holdings"]
    prices = await new_prices(world.owner)
    body = {"portfolio_id": portfolio["id"], "options": {"confidence": 0.95, "days": 250}}
    sent = await world.owner.post(RUNS, json=body)
    run = made(sent, 201)
    assert (run["portfolio_id"], run["holdings_id"]) == (portfolio["id"], version["id"])
    assert (run["price_set_id"], run["created_by"]) == (prices["id"], "owner")
    assert (run["options"]["confidence"], run["options"]["days"]) == (0.95, 250)
    assert run["base_currency"] == run["options"]["base_currency"] == "USD"
    read = await world.owner.get(sent.headers["Location"])
    assert made(read, 200) == run
    again = await world.owner.get(sent.headers["Location"], headers={"If-None-Match": read.headers["ETag"]})
    assert again.status_code == 304


async def test_the_report_is_that_of_the_command(world: World, plimsoll: Command, tmp_path: Path) -> None:
    """The document is byte for byte what `plimsoll report --json` prints for the same files."""
    (tmp_path / "book.csv").write_bytes(BOOK)
    (tmp_path / "prices.csv").write_bytes(prices_file())
    printed = plimsoll("report", "book.csv", "--prices", "prices.csv", "--json")
    portfolio = await new_portfolio(world.owner, "book")
    await held(world.owner, portfolio["id"], source_name="book.csv")
    await new_prices(world.owner)
    run = await new_run(world.owner, portfolio["id"])
    answer = await world.owner.get(f"{RUNS}/{run['id']}/report")
    assert answer.content == printed.out.encode()
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["ETag"] == f'"{run["run_id"]}"'
    again = await world.owner.get(
        f"{RUNS}/{run['id']}/report", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


async def test_the_figures_are_those_of_the_report(world: World) -> None:
    """Value, VaR, ES and identity of a run are those of its document."""
    run = await ready_run(world.owner)
    document = json.loads((await world.owner.get(f"{RUNS}/{run['id']}/report")).content)
    assert run["run_id"] == document["run_id"]
    assert (run["value"], run["as_of"]) == (document["value"], document["as_of"])
    assert (run["var"], run["es"]) == (document["var"]["estimate"], document["es"]["estimate"])


async def test_the_page_carries_its_own_policy(world: World) -> None:
    """The page may use its one style sheet and nothing else, by its header as by itself."""
    run = await ready_run(world.owner)
    answer = await world.owner.get(f"{RUNS}/{run['id']}/report.html")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    stated = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', answer.text)
    assert stated is not None
    assert answer.headers["Content-Security-Policy"] == f"{stated.group(1)}; frame-ancestors 'none'"
    assert "Book: risk on" in answer.text


async def test_runs_are_listed_by_portfolio(world: World) -> None:
    """Runs come last first, in pages, and of one portfolio where it is named."""
    first = await ready_run(world.owner)
    second = await new_run(world.owner, first["portfolio_id"], confidence=0.95)
    other = await new_portfolio(world.owner, "Other")
    await held(world.owner, other["id"])
    third = await new_run(world.owner, other["id"])
    assert made(await world.owner.get(RUNS), 200)["items"] == [third, second, first]
    page = made(await world.owner.get(f"{RUNS}?portfolio={first['portfolio_id']}&limit=1"), 200)
    assert page["items"] == [second]
    rest = made(await world.owner.get(page["next"]), 200)
    assert (rest["items"], rest["next"]) == ([first], None)


async def test_a_repeated_start_is_one_run(world: World) -> None:
    """The same request with the same key, in parallel too, is calculated once."""
    run = await ready_run(world.owner)
    body = {"portfolio_id": run["portfolio_id"]}
    headers = {"Idempotency-Key": "tonight"}
    answers = await asyncio.gather(*(world.owner.post(RUNS, json=body, headers=headers) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(made(await world.owner.get(RUNS), 200)["items"]) == 2


async def test_long_runs_do_not_keep_a_portfolio_from_being_made(world: World) -> None:
    """While more runs are asked for than there are places, a creation that is light is answered at once."""
    run = await ready_run(world.owner)
    options = {"method": "monte-carlo", "draws": 40_000}
    body = {"portfolio_id": run["portfolio_id"], "options": options}
    runs = [asyncio.create_task(world.owner.post(RUNS, json=body)) for _ in range(5)]
    await asyncio.sleep(0.05)
    await new_portfolio(world.owner, "Light")
    assert not all(task.done() for task in runs)
    assert {answer.status_code for answer in await asyncio.gather(*runs)} == {201}


async def test_a_run_uses_what_was_known_then(world: World) -> None:
    """A run of the past sees the positions as they were known, not as they were mended later."""
    portfolio = await new_portfolio(world.owner)
    await new_prices(world.owner)
    first = await held(world.owner, portfolio["id"], b"symbol,quantity\nAAA,1\n", valid_from="2024-01-01")
    await held(world.owner, portfolio["id"], b"symbol,quantity\nAAA,2\n", valid_from="2024-01-01")
    now = await new_run(world.owner, portfolio["id"])
    body = {"portfolio_id": portfolio["id"], "known_at": first["holdings"]["known_at"]}
    then = made(await world.owner.post(RUNS, json=body), 201)
    assert then["holdings_id"] == first["holdings"]["id"]
    assert now["value"] == 2 * then["value"]


async def test_a_run_does_not_take_what_is_held_from_a_day_to_come(world: World) -> None:
    """A year that was mistyped changes no run that asks for no date; the positions are kept and found."""
    portfolio = await new_portfolio(world.owner)
    await new_prices(world.owner)
    path = f"{API}/portfolios/{portfolio['id']}/positions"
    now = await held(world.owner, portfolio["id"], b"symbol,quantity\nAAA,1\n", valid_from="2024-01-01")
    far = await held(world.owner, portfolio["id"], b"symbol,quantity\nAAA,9\n", valid_from="2999-01-01")
    assert (await new_run(world.owner, portfolio["id"]))["holdings_id"] == now["holdings"]["id"]
    assert made(await world.owner.get(path), 200)["holdings"] == now["holdings"]
    found = await world.owner.get(path, params={"as_of": "2999-01-01"})
    assert made(found, 200)["holdings"] == far["holdings"]


@pytest.mark.parametrize(
    "options",
    [
        {"confidence": 0.5},
        {"confidence": "0.99"},
        {"days": 1},
        {"horizon_days": 251},
        {"method": "guess"},
        {"seed": -1},
        {"seed": 1.5},
        {"decay": 1},
        {"by": ["desk"] * 21},
        {"base_currency": "usd"},
        {"as_of": "yesterday"},
        {"unknown": 1},
    ],
    ids=str,
)
async def test_options_that_make_no_sense_are_refused(world: World, options: dict[str, object]) -> None:
    """An option out of its bounds is refused with its name, before anything is looked up."""
    body = {"portfolio_id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10", "options": options}
    problem = refused(await world.owner.post(RUNS, json=body), 422, "invalid")
    assert "options" in problem["violations"][0]["field"]


async def test_what_cannot_be_calculated_is_refused(world: World) -> None:
    """What is missing is not found, what makes no sense is refused, what is archived is in conflict."""
    portfolio = await new_portfolio(world.owner)
    body: dict[str, object] = {"portfolio_id": portfolio["id"]}
    refused(await world.owner.post(RUNS, json=body), 404, "not-found")
    await held(world.owner, portfolio["id"], valid_from="2000-01-01")
    refused(await world.owner.post(RUNS, json=body), 404, "not-found")
    await new_prices(world.owner)
    unknown = {**body, "options": {"by": ["colour"]}}
    refused(await world.owner.post(RUNS, json=unknown), 422, "usage")
    early = {**body, "options": {"as_of": "2001-01-01"}}
    refused(await world.owner.post(RUNS, json=early), 422, "bad-data")
    made(await world.owner.delete(f"{API}/portfolios/{portfolio['id']}", headers={"If-Match": '"1"'}), 200)
    refused(await world.owner.post(RUNS, json=body), 409, "conflict")
    assert made(await world.owner.get(RUNS), 200)["items"] == []
