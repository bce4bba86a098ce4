"""``plimsoll users`` on a database of the test's own."""

import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli.users import disable, enable, invite, list_users, named
from plimsoll.errors import NotFoundError, UsageError


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the options that lead to the test's own platform."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return {"data_dir": tmp_path / "data", "database_url": database_url}


def test_somebody_is_invited_shut_out_and_let_in(
    place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The link is printed once; a second invitation makes a new link for the same person."""

    def said() -> str:
        return capfdbinary.readouterr().out.decode()

    invite("Ada", "ada@example.com", json=True, **place)
    made = json.loads(said())
    invite("Ada", "ADA@example.com", **place)
    again = said()
    assert made["user"]["id"] in again
    assert made["link"] not in again
    assert "The link before is good for nothing now" in again
    list_users(**place)
    listed = said()
    assert "invited" in listed
    assert "pli_" not in listed
    disable("ada@example.com", **place)
    assert said() == "ada@example.com is shut out.\n"
    list_users(json=True, **place)
    assert [user["enabled"] for user in json.loads(said())] == [False]
    enable(made["user"]["id"], json=True, **place)
    assert json.loads(said())["enabled"]
    assert (place["data_dir"] / "outbox").is_dir()


def test_who_is_not_there_cannot_be_named(place: dict[str, Any]) -> None:
    """An address that nobody has, and an id that is none."""
    assert callable(named)
    with pytest.raises(NotFoundError):
        disable("nobody@example.com", **place)
    with pytest.raises(UsageError):
        disable("nobody", **place)
