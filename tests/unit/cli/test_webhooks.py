"""``plimsoll webhooks`` on a database of the test's own."""

import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli.webhooks import add, deliveries, list_webhooks, remove, replay
from plimsoll.errors import NotFoundError, UsageError


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the options that lead to the test's own platform."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return {"data_dir": tmp_path / "data", "database_url": database_url}


def test_a_webhook_is_added_listed_and_removed(
    place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Its secret is printed once; its deliveries can be looked at and replayed."""
    add("https://example.com/hook", ["alert.raised"], json=True, **place)
    made = json.loads(capfdbinary.readouterr().out)
    add("https://example.com/all", **place)
    assert b"whsec_" in capfdbinary.readouterr().out
    list_webhooks(**place)
    text = capfdbinary.readouterr().out.decode()
    assert made["id"] in text
    assert "whsec_" not in text
    deliveries(made["id"], **place)
    deliveries(made["id"], json=True, **place)
    assert json.loads(capfdbinary.readouterr().out.splitlines()[-1]) == []
    replay(made["id"], last="1d", **place)
    assert capfdbinary.readouterr().out == b"0 sent once more.\n"
    remove(made["id"], **place)
    list_webhooks(json=True, **place)
    out = capfdbinary.readouterr().out.decode()
    assert [one["url"] for one in json.loads(out.partition("\n")[2])] == ["https://example.com/all"]


def test_what_makes_no_sense_is_refused(place: dict[str, Any]) -> None:
    """An unknown webhook, a URL without TLS, and a replay of nothing in particular."""
    unknown = "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10"
    with pytest.raises(NotFoundError):
        deliveries(unknown, **place)
    with pytest.raises(UsageError, match="URL"):
        add("http://example.com/", **place)
    with pytest.raises(UsageError, match="replayed"):
        replay(unknown, **place)
    with pytest.raises(UsageError, match="no id"):
        remove("x", **place)
