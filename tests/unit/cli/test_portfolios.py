"""``plimsoll portfolios`` on a database of the test's own."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import typer

from plimsoll.cli.portfolios import archive, create, import_file, list_portfolios, restore, show, tree
from plimsoll.cli.prices import upload
from plimsoll.cli.runs import start
from plimsoll.errors import NotFoundError, UsageError
from risk_api_world import BOOK, prices_file


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the options that lead to the test's own platform."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return {"data_dir": tmp_path / "data", "database_url": database_url}


def _said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.strip()


def test_a_portfolio_from_its_creation_to_its_archive(
    place: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Created below another one, filled, shown with its refused row, and archived."""
    (tmp_path / "book.csv").write_bytes(BOOK)
    create("Firm", **place)
    firm = _said(capsys)
    create("Book", parent="Firm", currency="EUR", json=True, **place)
    book = json.loads(_said(capsys))
    assert (book["parent_id"], book["base_currency"]) == (firm, "EUR")
    with pytest.raises(typer.Exit) as exit_:
        import_file(book["id"], tmp_path / "book.csv", valid_from="2024-01-01", **place)
    assert exit_.value.exit_code == 1
    assert _said(capsys).startswith("3 positions from book.csv, held from 2024-01-01\nrow 5 refused: ")
    (tmp_path / "good.csv").write_text("symbol,quantity\nAAA,2\n")
    import_file(book["id"], tmp_path / "good.csv", json=True, **place)
    assert json.loads(_said(capsys))["holdings"]["positions"] == 1
    show("Book", **place)
    assert "AAA" in _said(capsys)
    show(book["id"], json=True, **place)
    assert json.loads(_said(capsys))["positions"][0]["quantity"] == 2.0
    archive("Book", **place)
    assert _said(capsys) == "Book is archived."
    list_portfolios(json=True, **place)
    assert [one["name"] for one in json.loads(_said(capsys))] == ["Firm"]
    list_portfolios(archived=True, **place)
    assert "Book (archived)" in _said(capsys)
    tree(archived=True, **place)
    assert _said(capsys) == "Firm\n  Book (archived)"
    restore("Book", **place)
    assert _said(capsys) == "Book is in use again."
    archive(book["id"], json=True, **place)
    assert json.loads(_said(capsys))["version"] == 4
    restore(book["id"], json=True, **place)
    assert json.loads(_said(capsys))["archived_at"] is None


def test_the_tree_has_the_last_figures(
    place: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Children stand below their parent; a portfolio without a run has none."""
    (tmp_path / "prices.csv").write_bytes(prices_file())
    upload(tmp_path / "prices.csv", **place)
    _said(capsys)
    create("Firm", **place)
    create("Book", parent=_said(capsys), **place)
    capsys.readouterr()
    tree(**place)
    assert _said(capsys) == "Firm\n  Book"
    tree(json=True, **place)
    assert [(one["name"], one["last_run"]) for one in json.loads(_said(capsys))] == [
        ("Firm", None),
        ("Book", None),
    ]
    (tmp_path / "book.csv").write_text("symbol,quantity\nAAA,2\n")
    list_portfolios(json=True, **place)
    book = next(one["id"] for one in json.loads(_said(capsys)) if one["name"] == "Book")
    import_file(book, tmp_path / "book.csv", **place)
    start("Book", days=60, **place)
    capsys.readouterr()
    tree(**place)
    assert re.fullmatch(r"Firm\n  Book  USD VaR [\d,]+, ES [\d,]+, 2024-[\d-]+", _said(capsys))


def test_what_is_wrong_is_said(place: dict[str, Any], tmp_path: Path) -> None:
    """A name that nobody has, what is no date, and what is not there."""
    with pytest.raises(NotFoundError, match="no portfolio nonsense"):
        show("nonsense", **place)
    with pytest.raises(UsageError, match="no date"):
        import_file(str(uuid4()), tmp_path / "x.csv", valid_from="yesterday", **place)
    with pytest.raises(NotFoundError):
        archive(str(uuid4()), **place)
