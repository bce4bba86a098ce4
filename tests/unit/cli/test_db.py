"""``plimsoll db`` on a database of the test's own; tests/integration/test_up.py has the rest."""

import json
from pathlib import Path

import pytest
import typer

from plimsoll.cli.db import backup, restore, status, upgrade
from plimsoll.errors import DataError, UsageError
from postgres import execute


@pytest.fixture(autouse=True)
def _clean_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def test_status_before_and_after_an_upgrade(
    empty_database_url: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Pending migrations are named and end with exit code 1; after the upgrade there are none."""
    with pytest.raises(typer.Exit) as raised:
        status(database_url=empty_database_url)
    assert raised.value.exit_code == 1
    assert b"revision none of" in capfdbinary.readouterr().out
    upgrade(database_url=empty_database_url)
    assert b"at revision" in capfdbinary.readouterr().err
    status(database_url=empty_database_url, json=True)
    found = json.loads(capfdbinary.readouterr().out)
    assert (found["current"], found["pending"]) == (found["head"], [])
    status(database_url=empty_database_url)
    assert capfdbinary.readouterr().out.endswith(b"up to date\n")


def test_a_backup_brings_back_what_was_there(database_url: str, tmp_path: Path) -> None:
    """What was changed after it is as it was."""
    file = tmp_path / "all.dump"
    execute(database_url, "CREATE TABLE mine (word text)")
    backup(file, database_url=database_url)
    execute(database_url, "DROP TABLE mine")
    restore(file, database_url=database_url, yes=True)
    execute(database_url, "DROP TABLE mine")


def test_restore_asks_first(database_url: str, tmp_path: Path) -> None:
    """Where nobody can be asked, the option says yes; a file that is not there is named."""
    with pytest.raises(UsageError, match="replaces all data"):
        restore(tmp_path / "absent.dump", database_url=database_url)
    with pytest.raises(DataError, match=r"absent\.dump"):
        restore(tmp_path / "absent.dump", database_url=database_url, yes=True)
