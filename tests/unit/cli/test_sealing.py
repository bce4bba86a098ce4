"""``plimsoll secrets`` on a database of the test's own."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from plimsoll.cli.sealing import new_master, reseal, rotate, status

_KEY_FILE = "sealing-key"


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the options that lead to the test's own platform."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return {"data_dir": tmp_path / "data", "database_url": database_url}


def test_the_keys_are_shown_and_made_anew(
    place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """What is shown is numbers and dates; after a new master key the status says what is to be done."""
    status(**place)
    text = capfdbinary.readouterr().out.decode()
    assert "in use" in text
    assert "webhooks.secret" in text
    rotate(**place)
    assert b"is queued" in capfdbinary.readouterr().out
    status(**place)
    assert b"soon" in capfdbinary.readouterr().out
    new_master(place["data_dir"])
    capfdbinary.readouterr()
    with pytest.raises(typer.Exit) as caught:
        status(**place)
    assert caught.value.exit_code == 1
    assert b"old master" in capfdbinary.readouterr().out
    reseal(json=True, **place)
    assert json.loads(capfdbinary.readouterr().out)["kind"] == "reseal"


def test_no_key_is_printed(place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Neither as text nor as JSON, of however many master keys there are."""
    status(json=True, **place)
    new_master(place["data_dir"])
    new_master(place["data_dir"], json=True)
    printed = capfdbinary.readouterr().out.decode()
    keys = (place["data_dir"] / _KEY_FILE).read_text().split()
    assert len(keys) == 3
    assert '"master_keys": 3' in printed
    assert not any(key in printed or key.removeprefix("plq_") in printed for key in keys)
