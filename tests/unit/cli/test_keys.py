"""``plimsoll keys`` on a database of the test's own."""

import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli.keys import create, list_accounts, list_keys, revoke, rotate, signing
from plimsoll.errors import NotFoundError, UsageError


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the options that lead to the test's own platform."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return {"data_dir": tmp_path / "data", "database_url": database_url}


def test_a_key_is_created_listed_and_revoked(
    place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Its account is made with it; the key is printed once."""

    def out() -> str:
        return capfdbinary.readouterr().out.decode()

    create("nightly", permission=["runs:read"], json=True, **place)
    made = json.loads(out())
    assert made["key"].startswith("plk_")
    create("nightly", name="second", canary=True, **place)
    assert "plk_" in out()
    list_keys(**place)
    text = out()
    assert made["id"] in text
    assert "bait" in text
    assert "plk_" not in text
    list_accounts(**place)
    assert out().count("nightly") == 1
    revoke(made["id"], **place)
    assert out() == f"{made['id']} is revoked.\n"
    list_keys(json=True, **place)
    assert [key["revoked_at"] is None for key in json.loads(out())] == [False, True]
    list_accounts(json=True, **place)
    assert [account["name"] for account in json.loads(out())] == ["nightly"]


def test_the_ring_is_shown_and_turned(
    place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """An hour ahead, or at once."""
    signing(json=True, **place)
    first = json.loads(capfdbinary.readouterr().out)["keys"]
    rotate(**place)
    assert "pending" in capfdbinary.readouterr().out.decode()
    rotate(emergency=True, json=True, **place)
    alone = json.loads(capfdbinary.readouterr().out)["keys"]
    assert [key["state"] for key in alone] == ["active"]
    assert alone[0]["kid"] != first[0]["kid"]


def test_what_makes_no_sense_is_refused(place: dict[str, Any]) -> None:
    """An unknown key, an unknown permission, and what is no id."""
    with pytest.raises(NotFoundError):
        revoke("0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10", **place)
    with pytest.raises(UsageError, match="no id"):
        revoke("x", **place)
    with pytest.raises(UsageError, match="permission"):
        create("nightly", permission=["moon:land"], **place)
