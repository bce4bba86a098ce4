"""``plimsoll audit`` on a database of the test's own."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import typer

from plimsoll.cli.audit import ExportFormat, export, list_events, rotate_key, verify
from plimsoll.cli.webhooks import add
from plimsoll.data.store.database import Database
from plimsoll.errors import UsageError
from plimsoll.services.risk_api.installation import Installation
from plimsoll.workflows.audit_sealing import AuditSealer
from postgres import execute

EDIT = """
SET session_replication_role = replica;
UPDATE audit_events SET actor = 'x' WHERE id = (SELECT event_id FROM audit_seals WHERE sequence = 2)
"""


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the options that lead to the test's own platform."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return {"data_dir": tmp_path / "data", "database_url": database_url}


def _seal(place: dict[str, Any]) -> None:
    async def work() -> None:
        database = Database(place["database_url"])
        keeping = Installation(place["data_dir"], place["database_url"]).audit()
        await AuditSealer(database, keeping).seal_waiting()
        await database.dispose()

    asyncio.run(work())


def test_what_was_done_is_listed(place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """As a table and as JSON, as narrow as is asked."""
    add("https://example.com/[red]hook", **place)
    add("https://example.com/all", **place)
    capfdbinary.readouterr()
    list_events(**place)
    assert capfdbinary.readouterr().out.count(b"webhook.created") == 2
    list_events(["webhook.created"], limit=1, json=True, last="1h", **place)
    (event,) = json.loads(capfdbinary.readouterr().out)
    assert (event["action"], event["actor"]) == ("webhook.created", "local")
    list_events(actor="nobody", json=True, **place)
    assert json.loads(capfdbinary.readouterr().out) == []
    with pytest.raises(UsageError, match="no such action"):
        list_events(["nonsense"], **place)


def test_the_key_is_rotated(place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """The file has both, the audit says so, and the chain is verified across them."""
    add("https://example.com/before", **place)
    _seal(place)
    capfdbinary.readouterr()
    rotate_key(json=True, **place)
    made = json.loads(capfdbinary.readouterr().out)
    assert made["keys"] == 2
    rotate_key(**place)
    assert f"before     {made['key_id']}" in capfdbinary.readouterr().out.decode()
    _seal(place)
    verify(json=True, **place)
    found = json.loads(capfdbinary.readouterr().out)
    assert (found["intact"], found["sealed"], found["checkpoints"]) == (True, 3, 1)
    assert len((place["data_dir"] / "audit-key").read_text().split()) == 3


def test_a_file_is_written(
    place: dict[str, Any], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """To a file as CSV, to stdout as JSON lines; that somebody took it is in the next one."""
    add("https://example.com/hook", **place)
    export(tmp_path / "audit.csv", **place)
    assert "webhook.created" in (tmp_path / "audit.csv").read_text()
    capfdbinary.readouterr()
    export(form=ExportFormat.JSONL, last="1h", **place)
    lines = capfdbinary.readouterr().out.splitlines()
    assert [json.loads(line)["action"] for line in lines] == ["audit.exported", "webhook.created"]


def test_the_chain_is_verified(place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Intact it is said; after an edit the first bad sequence number is named, and the exit code is 1."""
    for number in range(3):
        add(f"https://example.com/{number}", **place)
    _seal(place)
    capfdbinary.readouterr()
    verify(**place)
    out = capfdbinary.readouterr().out.decode()
    assert "The audit is intact." in out
    assert "events sealed        3" in out
    execute(place["database_url"], EDIT)
    with pytest.raises(typer.Exit) as left:
        verify(**place)
    assert left.value.exit_code == 1
    assert "first bad sequence   2" in capfdbinary.readouterr().out.decode()
    with pytest.raises(typer.Exit):
        verify(json=True, **place)
    assert json.loads(capfdbinary.readouterr().out)["first_bad"] == 2


def test_without_checkpoints_it_says_what_cannot_be_said(
    place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """A chain without a checkpoint is intact as far as one can tell, and that is said."""
    add("https://example.com/", **place)
    _seal(place)
    (checkpoint,) = place["data_dir"].glob("audit-*/*/*.json")
    checkpoint.unlink()
    capfdbinary.readouterr()
    verify(**place)
    assert "whether the end was cut off" in capfdbinary.readouterr().out.decode()
