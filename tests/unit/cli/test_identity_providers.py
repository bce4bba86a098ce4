"""``plimsoll identity-providers`` on a database of the test's own."""

import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli.identity_providers import add, list_providers, remove
from plimsoll.errors import NotFoundError, UsageError


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the options that lead to the test's own platform."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return {"data_dir": tmp_path / "data", "database_url": database_url}


def test_a_provider_is_added_listed_and_removed(
    place: dict[str, Any], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """What is to be allowed there is printed, the secret nowhere."""

    def out() -> str:
        text = capfdbinary.readouterr().out.decode()
        assert "between us" not in text
        return text

    secret = tmp_path / "secret"
    secret.write_text("between us\n")
    issuer = "https://login.example.com"
    add("Work", issuer, "plimsoll", secret, **place)
    assert "/sign-in/back" in out()
    add("Home", issuer, "plimsoll", secret, json=True, **place)
    made = json.loads(out())
    list_providers(**place)
    assert issuer in out()
    remove(made["id"], **place)
    assert out() == f"{made['id']} is removed.\n"
    list_providers(json=True, **place)
    assert [one["name"] for one in json.loads(out())] == ["Work"]
    with pytest.raises(NotFoundError):
        remove(made["id"], json=True, **place)


def test_a_secret_that_is_not_there_is_refused(place: dict[str, Any], tmp_path: Path) -> None:
    """Neither a missing nor an empty file, nor an issuer that is none."""
    (tmp_path / "empty").write_text(" \n")
    for name in ("missing", "empty"):
        with pytest.raises(UsageError, match=name):
            add("Work", "https://login.example.com", "plimsoll", tmp_path / name, **place)
    (tmp_path / "secret").write_text("x")
    with pytest.raises(UsageError, match="URL"):
        add("Work", "login", "plimsoll", tmp_path / "secret", **place)
