"""``plimsoll limits`` on a database of the test's own."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import typer

from plimsoll.cli.limits import approve, change, check, list_limits, propose, reject, retire, try_limit
from plimsoll.errors import ConflictError, FourEyesError, NotFoundError, UsageError
from plimsoll.services.risk_api.installation import Installation
from risk_api_world import prices_file

WHOLE = b"symbol,quantity,currency,desk\nAAA,10,USD,Growth\n"
Captured = pytest.CaptureFixture[bytes]


@pytest.fixture(autouse=True)
def _clean_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("PLIMSOLL_FOUR_EYES", "false")


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> dict[str, Any]:
    """Return the options that lead to the test's own platform, which has a portfolio and a run."""

    async def make() -> None:
        async with Installation(tmp_path / "data", database_url).client() as client:
            book = await client.create_portfolio("Book")
            await client.upload_prices(prices_file())
            await client.import_positions(book.id, WHOLE)
            await client.start_run(book.id, days=60)

    asyncio.run(make())
    return {"data_dir": tmp_path / "data", "database_url": database_url}


def _run(place: dict[str, Any]) -> None:
    async def run() -> None:
        async with Installation(place["data_dir"], place["database_url"]).client() as client:
            (book,) = [one async for one in client.portfolios()]
            await client.start_run(book.id, days=60)

    asyncio.run(run())


def _proposed(place: dict[str, Any], out: Captured, hard: float) -> str:
    propose("Book", "VaR", measure="var", node=["desk=Growth"], hard=hard, json=True, **place)
    return str(json.loads(out.readouterr().out)["id"])


def test_a_breached_limit_is_exit_1(place: dict[str, Any], capfdbinary: Captured) -> None:
    """A limit that no run was held against is not known: exit 3; a breach is exit 1; within it none."""
    limit = _proposed(place, capfdbinary, 1e-3)
    approve(limit, **place)
    assert b"VaR is active, version 1" in capfdbinary.readouterr().out
    with pytest.raises(typer.Exit) as left:
        check("Book", **place)
    assert left.value.exit_code == 3
    _run(place)
    with pytest.raises(typer.Exit) as left:
        check("Book", **place)
    assert left.value.exit_code == 1
    assert b"breached" in capfdbinary.readouterr().out
    change(limit, hard=1e9, **place)
    approve(limit, **place)
    _run(place)
    capfdbinary.readouterr()
    check("Book", json=True, **place)
    (found,) = json.loads(capfdbinary.readouterr().out)
    assert (found["check"]["state"], found["definition"]["hard"]) == ("ok", 1e9)
    retire(limit, **place)
    approve(limit, json=True, **place)
    check("Book", **place)


def test_limits_are_listed_as_they_stand(place: dict[str, Any], capfdbinary: Captured) -> None:
    """What is proposed is shown with its levels, and so is a fraction."""
    limit = _proposed(place, capfdbinary, 1e6)
    share: dict[str, Any] = {"measure": "share", "unit": "fraction", "soft": 0.5, "hard": 0.75}
    propose("Book", "Growth", node=["desk=Growth"], **share, **place)
    list_limits(portfolio="Book", **place)
    text = capfdbinary.readouterr().out.decode()
    assert limit in text
    for shown in ("var of desk=Growth", "proposed", "1,000,000", "75.00%"):
        assert shown in text
    reject(limit, **place)
    assert b"rejected; the limit is proposed" in capfdbinary.readouterr().out
    list_limits(json=True, **place)
    assert [one["proposal"] is None for one in json.loads(capfdbinary.readouterr().out)] == [True, False]


def test_a_limit_is_tried(place: dict[str, Any], capfdbinary: Captured) -> None:
    """It says how often the limit would have fired, and what was measured."""
    try_limit("Book", measure="var", hard=1e-3, days=20, **place)
    text = capfdbinary.readouterr().out.decode()
    assert "Would have fired 1 times in 20 days (20 days beyond" in text
    assert "today's positions" in text
    try_limit("Book", measure="var", hard=1e9, days=20, json=True, **place)
    assert json.loads(capfdbinary.readouterr().out)["fired"] == 0


def test_four_eyes_hold_where_several_may_come(
    place: dict[str, Any], capfdbinary: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a database of the user's own the proposer may not approve, unless a setting says so."""
    limit = _proposed(place, capfdbinary, 1.0)
    monkeypatch.delenv("PLIMSOLL_FOUR_EYES")
    with pytest.raises(FourEyesError):
        approve(limit, **place)


def test_a_mistake_is_named(place: dict[str, Any], capfdbinary: Captured) -> None:
    """Slices, ids, names and limits that are none are refused with what would do."""
    with pytest.raises(UsageError, match="no slice"):
        propose("Book", "x", measure="var", node=["Growth"], hard=1.0, **place)
    with pytest.raises(UsageError, match="no id"):
        approve("first", **place)
    with pytest.raises(NotFoundError, match="no portfolio Bok"):
        check("Bok", **place)
    limit = _proposed(place, capfdbinary, 1.0)
    with pytest.raises(ConflictError, match="not in force"):
        change(limit, hard=2.0, **place)
    reject(limit, **place)
    with pytest.raises(ConflictError, match="nothing is proposed"):
        approve(limit, **place)
