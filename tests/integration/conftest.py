"""What the tests of the command line share."""

import os
from pathlib import Path

import pytest

from commands import Command, Outcome
from plimsoll.cli.main import run


@pytest.fixture
def plimsoll(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Command:
    """Run ``plimsoll`` in an empty folder, as a process would, and return its outcome."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-configuration"))
    for name in [name for name in os.environ if name.startswith("PLIMSOLL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")

    def command(*arguments: str | Path) -> Outcome:
        with pytest.raises(SystemExit) as exit_:
            run([str(argument) for argument in arguments])
        captured = capfdbinary.readouterr()
        return Outcome(int(exit_.value.code or 0), captured.out.decode(), captured.err.decode())

    return command
