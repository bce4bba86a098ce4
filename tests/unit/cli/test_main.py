"""The command as a whole."""

import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plimsoll.cli.main import app, run


def test_version() -> None:
    """``plimsoll --version`` prints the version of the distribution."""
    outcome = CliRunner().invoke(app, ["--version"])
    assert (outcome.exit_code, outcome.output) == (0, f"plimsoll {version('plimsoll-risk')}\n")


def test_without_a_command_help_is_shown() -> None:
    """The bare command shows what there is and counts as wrong use."""
    outcome = CliRunner().invoke(app, [])
    assert outcome.exit_code == 2
    assert "report" in outcome.output
    assert "doctor" in outcome.output


def test_an_error_becomes_a_message_and_its_code(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """An error of ours ends with its exit code and no traceback."""
    with pytest.raises(SystemExit) as exit_:
        run(["report", str(tmp_path / "absent.csv")])
    assert exit_.value.code == 3
    assert capsys.readouterr().err.startswith("plimsoll: ")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion(shell: str) -> None:
    """The completion script of each shell completes the commands."""
    command = Path(sys.executable).parent / "plimsoll"
    environment = {"PATH": os.environ["PATH"], "_PLIMSOLL_COMPLETE": f"source_{shell}"}
    script = subprocess.run([command], env=environment, capture_output=True, text=True, check=True).stdout
    assert re.search("plimsoll", script)


@pytest.mark.parametrize("arguments", [["report", "book.csv"], ["report", "book.csv", "--json"], ["doctor"]])
def test_a_closed_stdout_is_said(arguments: list[str], tmp_path: Path) -> None:
    """Without a stdout there is a message and exit code 4, not success."""
    (tmp_path / "book.csv").write_text("symbol,quantity\nAAPL,1\n")
    command = [str(Path(sys.executable).parent / "plimsoll"), *arguments]
    closed = ["/bin/sh", "-c", 'exec "$@" >&-', "sh", *command]
    done = subprocess.run(closed, cwd=tmp_path, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 4
    assert "stdout is closed" in done.stderr


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_full_disk_is_said_in_one_line(form: list[str], tmp_path: Path) -> None:
    """When stdout takes no more, the message says so, the exit code is 4 and there is no traceback."""
    book = tmp_path / "book.csv"
    book.write_text("symbol,quantity\nAAPL,1\n")
    command = [str(Path(sys.executable).parent / "plimsoll"), "report", str(book), *form]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (4, "plimsoll: [Errno 28] No space left on device\n")
