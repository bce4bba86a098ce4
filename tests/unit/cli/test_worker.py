"""``plimsoll worker``; what it does is tested with real processes in tests/integration/test_worker.py."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from plimsoll.cli.main import app
from plimsoll.errors import UnavailableError


@pytest.mark.parametrize("option", ["--calculations", "--messages", "--stop-seconds"])
def test_numbers_below_zero_are_refused(option: str) -> None:
    """There is no such thing as minus one job."""
    assert CliRunner().invoke(app, ["worker", option, "-1"]).exit_code == 2


def test_without_a_platform_there_is_nothing_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to start, and starts no database of its own."""
    monkeypatch.chdir(tmp_path)
    outcome = CliRunner().invoke(app, ["worker", "--data-dir", str(tmp_path / "data")])
    assert isinstance(outcome.exception, UnavailableError)
    assert "plimsoll up" in outcome.exception.remedy
    assert not (tmp_path / "data").exists()
