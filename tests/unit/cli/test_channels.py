"""``plimsoll channels`` on a database of the test's own."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import typer

from plimsoll.cli.channels import add, list_channels, remove, try_channel
from plimsoll.errors import UsageError

URL = "json://user:hunter2@127.0.0.1:9/"


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the options that lead to the test's own platform."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return {"data_dir": tmp_path / "data", "database_url": database_url}


def test_a_channel_is_added_listed_tried_and_removed(
    place: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    """The URL comes from a file, a variable or stdin, and is never printed."""
    (tmp_path / "url").write_text(URL + "\n")
    add("Desk", tmp_path / "url", quiet="22:00-07:00", time_zone="Europe/Berlin", json=True, **place)
    made = json.loads(capfdbinary.readouterr().out)
    monkeypatch.setattr("sys.stdin", io.StringIO(URL + "\n"))
    add("Heads", kind=["breach.opened"], after=30, **place)
    monkeypatch.setenv("PLIMSOLL_CHANNEL_URL", URL)
    add("Others", **place)
    capfdbinary.readouterr()
    list_channels(**place)
    text = capfdbinary.readouterr().out.decode()
    assert "22:00-07:00 Europe/Berlin" in text
    assert "after 30 min" in text
    with pytest.raises(typer.Exit) as caught:
        try_channel(made["id"], **place)
    assert caught.value.exit_code == 1
    remove(made["id"], **place)
    capfdbinary.readouterr()
    list_channels(json=True, **place)
    out = capfdbinary.readouterr().out.decode()
    assert [one["name"] for one in json.loads(out)] == ["Heads", "Others"]
    assert "hunter2" not in text + out


def test_what_makes_no_sense_is_refused(place: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is not there, no URL at all, and an id that is none."""
    with pytest.raises(UsageError, match="read"):
        add("Desk", Path("nowhere"), **place)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(UsageError, match="no URL"):
        add("Desk", Path("-"), **place)
    with pytest.raises(UsageError, match="no id"):
        remove("x", **place)
