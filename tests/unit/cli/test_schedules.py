"""``plimsoll schedules`` on a database of the test's own."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli.schedules import create, delete, list_schedules, pause, resume, show
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT, ensure
from plimsoll.errors import NotFoundError, UsageError
from small_book import share
from stored_book import stored_portfolio


@pytest.fixture(autouse=True)
def _clean_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> dict[str, Any]:
    """Return the options that lead to the test's own platform."""
    return {"data_dir": tmp_path / "data", "database_url": database_url}


@pytest.fixture
def book(database_url: str) -> str:
    """Return the id of a portfolio."""

    async def make() -> str:
        database = Database(database_url)
        async with database.session(LOCAL_TENANT) as session:
            await ensure(session, LOCAL_TENANT, "local")
        made = await stored_portfolio(database, LOCAL_TENANT, [share("AAA", 1.0)])
        await database.dispose()
        return str(made.id)

    return asyncio.run(make())


def test_the_life_of_a_schedule(place: dict[str, Any], book: str, capfd: pytest.CaptureFixture[str]) -> None:
    """It is made with its next five firings, listed, paused, resumed and dropped."""
    create(book, "Nightly", "30 18 * * *", time_zone="America/New_York", json=True, **place)
    made = json.loads(capfd.readouterr().out)
    assert len(made["next_firings"]) == 5
    list_schedules(**place)
    assert all(text in capfd.readouterr().out for text in ("Nightly",))
    pause(made["id"], **place)
    assert "paused" in capfd.readouterr().out
    list_schedules(json=True, **place)
    assert json.loads(capfd.readouterr().out)[0]["paused"]
    resume(made["id"], **place)
    assert capfd.readouterr().out.count("next") == 5
    show(made["id"], **place)
    assert "30 18 * * * in America/New_York" in capfd.readouterr().out
    delete(made["id"], **place)
    assert "Dropped Nightly" in capfd.readouterr().err
    with pytest.raises(NotFoundError):
        show(made["id"], **place)


def test_what_makes_no_sense_is_refused(place: dict[str, Any], book: str) -> None:
    """A wrong expression and a wrong id are named."""
    with pytest.raises(UsageError, match="never happens"):
        create(book, "Never", "0 0 30 2 *", **place)
    with pytest.raises(UsageError, match="no id"):
        show("nonsense", **place)
