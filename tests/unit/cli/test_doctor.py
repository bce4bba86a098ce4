"""``plimsoll doctor``."""

import json

import pytest
import typer
from typer.testing import CliRunner

from plimsoll.cli.doctor import show
from plimsoll.cli.main import app
from plimsoll.workflows.doctor import Check


def test_a_sound_installation_passes() -> None:
    """Here every check passes, and the table says so."""
    outcome = CliRunner().invoke(app, ["doctor"])
    assert outcome.exit_code == 0, outcome.output
    assert "demo prices" in outcome.output


def test_json_holds_every_check() -> None:
    """With --json the checks are a list of objects."""
    checks = json.loads(CliRunner().invoke(app, ["doctor", "--json"]).stdout)
    assert {"Python", "numpy", "option price", "VaR", "ES"} <= {check["name"] for check in checks}
    assert all(check["passed"] for check in checks)


def test_a_failed_check_ends_with_one_and_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    """A check that fails is shown with what to do, and the exit code is 1."""
    with pytest.raises(typer.Exit) as exit_:
        show([Check("numpy", False, "not installed", "Install it [now].")], as_json=False)
    assert exit_.value.exit_code == 1
    assert "Install it [now]." in capsys.readouterr().out
