"""The audit of a running platform: whatever its owner does to the tables, the first bad place is named."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from platform_process import Running, platform, plimsoll
from plimsoll.client import RiskClient
from plimsoll.data.store.embedded import running_postgres
from postgres import execute

OWNER = "SET session_replication_role = replica; "
# In this order: each is found where it is, and the one before it in the chain is found first.
TAMPERING = {
    "truncate": ("DELETE FROM audit_seals WHERE sequence > 18", 19),
    "reorder": (
        (
            "UPDATE audit_seals SET sequence = 0 WHERE sequence = 14;"
            "UPDATE audit_seals SET sequence = 14 WHERE sequence = 16;"
            "UPDATE audit_seals SET sequence = 16 WHERE sequence = 0"
        ),
        14,
    ),
    "delete": (
        "DELETE FROM audit_events WHERE id = (SELECT event_id FROM audit_seals WHERE sequence = 9)",
        9,
    ),
    "edit": (
        (
            "UPDATE audit_events SET actor = 'user:2'"
            " WHERE id = (SELECT event_id FROM audit_seals WHERE sequence = 4)"
        ),
        4,
    ),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty home."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[Running]:
    """Yield a platform without demo books."""
    with platform(home, "--no-demo") as running:
        yield running


def _verified(home: Path) -> tuple[int, dict[str, Any]]:
    done = plimsoll(home, "audit", "verify", "--json")
    found: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, found


def _database(running: Running) -> str:
    url = running_postgres(Path(running.told["data_directory"]))
    assert url is not None
    return url


def test_what_the_owner_does_is_found(running: Running, home: Path) -> None:
    """Intact at first; then cut off, reordered, deleted and edited, one after the other, each is named."""
    with RiskClient(running.url, running.key) as client:
        for number in range(20):
            client.create_portfolio(f"Book {number}")
    for _ in range(100):
        code, found = _verified(home)
        assert (code, found["flaws"]) == (0, [])
        if found["sealed"] >= 20 and not found["waiting"]:
            break
        time.sleep(0.1)
    assert found["checkpoints"] >= 1
    for statements, first_bad in TAMPERING.values():
        execute(_database(running), OWNER + statements)
        code, found = _verified(home)
        assert (code, found["first_bad"]) == (1, first_bad)
    shown = plimsoll(home, "audit", "verify")
    assert "first bad sequence   4" in shown.stdout


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_events SET actor = 'x'", "DELETE FROM audit_seals", "TRUNCATE audit_events CASCADE"],
)
def test_nobody_does_it_by_mistake(running: Running, statement: str) -> None:
    """Without switching triggers off, the owner of the database is refused too."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="are never changed"):
        execute(_database(running), statement)


def test_names_forge_no_entry(running: Running, home: Path) -> None:
    """What somebody calls a thing is one cell of one line, in the list, the file and the log."""
    evil = "Desk \u2028 2026-01-01 00:00:00 user.created \u202e"
    with RiskClient(running.url, running.key) as client:
        desk = client.add_channel(evil, "json://127.0.0.1:9/")
        (event,) = client.audit_events(subject=str(desk.id))
        assert event.detail["name"].isprintable()
        lines = client.export_audit("jsonl").decode().splitlines()
        assert all(json.loads(line)["id"] for line in lines)
    listed = plimsoll(home, "audit", "list", "--limit", "5").stdout
    assert not any(line.startswith("2026-01-01 00:00:00") for line in listed.splitlines())
