"""``plimsoll runs`` on a database of the test's own; tests/integration/test_up.py has the rest."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer

from plimsoll.cli.runs import diff, list_runs, replay, show, start, what_if
from plimsoll.errors import NotFoundError, UsageError
from plimsoll.services.risk_api.installation import Installation
from plimsoll.wire.risk_runs import RiskRun
from risk_api_world import BOOK, prices_file


@pytest.fixture(autouse=True)
def _clean_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> dict[str, Any]:
    """Return the options that lead to the test's own platform."""
    return {"data_dir": tmp_path / "data", "database_url": database_url}


@pytest.fixture
def made(place: dict[str, Any]) -> list[RiskRun]:
    """Return two runs of a book that was traded in between, the last one first."""

    async def make() -> list[RiskRun]:
        async with Installation(place["data_dir"], place["database_url"]).client() as client:
            book = await client.create_portfolio("Book")
            await client.upload_prices(prices_file())
            await client.import_positions(book.id, BOOK)
            first = await client.start_run(book.id)
            await client.import_positions(book.id, BOOK.replace(b"AAA,10", b"AAA,20"))
            return [await client.start_run(book.id, confidence=0.95), first]

    return asyncio.run(make())


def test_runs_are_listed(
    made: list[RiskRun], place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The last made comes first; a limit and a portfolio narrow the list; JSON has all there is."""
    list_runs(**place)
    text = capfdbinary.readouterr().out.decode()
    assert re.findall("[0-9a-f-]{36}", text) == [str(run.id) for run in made]
    assert text.count("Book") == 2
    list_runs(portfolio=str(made[0].portfolio_id), limit=1, json=True, **place)
    assert [run["id"] for run in json.loads(capfdbinary.readouterr().out)] == [str(made[0].id)]


def test_a_run_is_shown(
    made: list[RiskRun], place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Its identity, options and figures; with --json the report as it was stored."""
    show("latest", **place)
    text = capfdbinary.readouterr().out.decode()
    assert made[0].run_id in text
    assert "confidence 0.95" in text
    show(str(made[1].id), json=True, **place)
    assert json.loads(capfdbinary.readouterr().out)["value"] == made[1].value


def test_a_run_is_replayed(
    made: list[RiskRun], place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """It comes out the same, bit for bit."""
    replay("latest", **place)
    assert b"same bit for bit" in capfdbinary.readouterr().out
    replay(str(made[1].id), json=True, **place)
    assert json.loads(capfdbinary.readouterr().out)["identical"] is True


def test_runs_are_compared(
    made: list[RiskRun], place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Changed inputs, options and positions are named, and the result's move is signed."""
    diff(str(made[1].id), "latest", **place)
    text = capfdbinary.readouterr().out.decode()
    assert text.startswith("changed    positions, configuration")
    assert "confidence: 0.99 to 0.95" in text
    assert re.search(r"altered +AAA: 10 USD to 20 USD", text)
    assert re.search(r"value .*: \+", text)
    diff("latest", "latest", json=True, **place)
    assert json.loads(capfdbinary.readouterr().out)["changed"] == []


def test_a_run_is_started(
    made: list[RiskRun], place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """By name or id, with options; its id and its figures are said; an option that cannot be is named."""
    start("Book", confidence=0.95, days=60, by="Desk", **place)
    first, figures = capfdbinary.readouterr().out.decode().splitlines()
    assert re.fullmatch(r"VaR [\d,]+, ES [\d,]+ USD, as of [\d-]+", figures)
    start(str(made[0].portfolio_id), method="parametric", json=True, **place)
    run = json.loads(capfdbinary.readouterr().out)
    assert run["options"]["method"] == "parametric"
    assert run["id"] != first
    with pytest.raises(NotFoundError, match="no positions"):
        start("Book", as_of="2001-01-01", **place)
    with pytest.raises(UsageError, match="method"):
        start("Book", method="by feeling", **place)
    with pytest.raises(NotFoundError, match="no portfolio Bok"):
        start("Bok", **place)


def test_what_trades_would_do(
    made: list[RiskRun], place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Value, VaR, ES and limits before and after; nothing is breached where there is no limit."""
    what_if("latest", ["AAA=-20"], **place)
    text = capfdbinary.readouterr().out.decode()
    assert re.search(r"VaR +[\d,]+ +[\d,]+ +[+-][\d,]+", text)
    what_if(str(made[1].id), ["AAA=-5", "BBB=2"], json=True, **place)
    answer = json.loads(capfdbinary.readouterr().out)
    assert [(trade["symbol"], trade["quantity"]) for trade in answer["trades"]] == [
        ("AAA", -5.0),
        ("BBB", 2.0),
    ]


def test_trades_beyond_a_limit_are_exit_1(
    made: list[RiskRun], place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """A limit that would be breached is exit 1; a trade without a price is in no number, and exit 3."""
    book = made[0].portfolio_id

    async def limit() -> None:
        async with Installation(place["data_dir"], place["database_url"], four_eyes=False).client() as client:
            await client.import_positions(book, b"symbol,quantity\nAAA,10\n")
            run = await client.start_run(book)
            assert run.var
            proposed = await client.propose_limit(book, "VaR", {"measure": "var", "hard": 2 * run.var})
            assert proposed.proposal is not None
            await client.approve_limit(proposed.proposal)

    asyncio.run(limit())
    what_if("latest", ["AAA=1"], **place)
    assert re.search(r"limit VaR +ok, 50% used +ok, 55% used", capfdbinary.readouterr().out.decode())
    assert _code(["AAA=1000"], place) == 1
    assert b"breached" in capfdbinary.readouterr().out
    assert _code(["AAA=1", "ZZZ=1"], place) == 3
    assert b"ZZZ is in no number" in capfdbinary.readouterr().out


def _code(trades: list[str], place: dict[str, Any]) -> int:
    with pytest.raises(typer.Exit) as caught:
        what_if("latest", trades, **place)
    return int(caught.value.exit_code)


@pytest.mark.parametrize("trades", [["AAA"], ["=3"], ["AAA=many"], ["AAA=nan"], ["AAA=1", "AAA=2"]])
def test_what_is_no_trade(trades: list[str], place: dict[str, Any]) -> None:
    """A trade is one number for each symbol."""
    with pytest.raises(UsageError):
        what_if("latest", trades, **place)


def test_runs_that_are_not_there(place: dict[str, Any]) -> None:
    """No runs at all, and ids that are none, are told apart."""
    with pytest.raises(NotFoundError, match="no runs yet"):
        show("latest", **place)
    with pytest.raises(UsageError, match="nonsense is no id"):
        show("nonsense", **place)
