"""``plimsoll prices`` on a database of the test's own."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from plimsoll.cli.prices import list_sets, show, upload
from plimsoll.errors import NotFoundError
from risk_api_world import prices_file
from small_book import SYMBOLS, small_market


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the options that lead to the test's own platform."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return {"data_dir": tmp_path / "data", "database_url": database_url}


def test_prices_are_uploaded_listed_and_shown(
    place: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As text and as JSON, of one symbol or of all."""
    (tmp_path / "prices.csv").write_bytes(prices_file())
    upload(tmp_path / "prices.csv", name="Closing", **place)
    stored = capsys.readouterr().out.strip()
    list_sets(json=True, **place)
    assert [one["id"] for one in json.loads(capsys.readouterr().out)] == [stored]
    list_sets(**place)
    assert "Closing" in capsys.readouterr().out
    show(json=True, **place)
    assert [one["symbol"] for one in json.loads(capsys.readouterr().out)] == sorted(SYMBOLS)
    show(limit=1, price_set=stored, **place)
    assert "fresh" in capsys.readouterr().out
    show("AAA", limit=2, json=True, **place)
    found = [one["price"] for one in json.loads(capsys.readouterr().out)]
    assert found == small_market().prices[-2:, 0].tolist()
    show("AAA", **place)
    assert "2024-10-27" in capsys.readouterr().out
    with pytest.raises(NotFoundError):
        show("AAA", price_set=str(uuid4()), **place)
