"""PostgreSQL's own programs."""

import os
from pathlib import Path

import pytest

from plimsoll.data.store.postgres_programs import MAJOR_VERSION, program, run, start
from plimsoll.errors import UnavailableError


@pytest.mark.parametrize("name", ["initdb", "pg_ctl", "pg_dump", "pg_restore", "postgres"])
def test_the_embedded_programs_are_there(name: str) -> None:
    """Each program that is used comes with the embedded server and can be executed."""
    path = program(name)
    assert f"pginstall{MAJOR_VERSION}" in path.parts
    assert os.access(path, os.X_OK)


def test_others_come_from_the_path() -> None:
    """A program that the embedded server lacks is looked for on the machine."""
    assert program("sh").name == "sh"
    with pytest.raises(UnavailableError, match="no-such-program"):
        program("no-such-program")


def test_a_program_runs_to_its_end(tmp_path: Path) -> None:
    """It gets its arguments as they are, and its environment."""
    made = tmp_path / "a file; with $odd 'characters'"
    run("sh", ["-c", 'echo "$WORD" > "$0"', str(made)], environment={"WORD": "hello"})
    assert made.read_text() == "hello\n"


def test_a_failure_has_its_reason() -> None:
    """That is the first error, or the last line of the output, whichever stream it came by."""
    with pytest.raises(UnavailableError, match="sh failed: x: error: no\n"):
        run("sh", ["-c", "echo beginning; echo 'x: error: no' >&2; echo 'x: detail: long'; exit 1"])
    with pytest.raises(UnavailableError, match="sh failed: the reason\n"):
        run("sh", ["-c", "echo beginning; echo the reason >&2; exit 3"])
    with pytest.raises(UnavailableError, match="sh failed: it does not say why\n"):
        run("sh", ["-c", "exit 3"])


def test_a_program_that_takes_too_long_is_stopped() -> None:
    """It is stopped after its time."""
    with pytest.raises(UnavailableError, match=r"within 0\.05 s"):
        run("sh", ["-c", "exec sleep 20"], seconds=0.05)


def test_a_program_can_stay(tmp_path: Path) -> None:
    """What it says goes to the end of its log, and its end can be waited for."""
    log = tmp_path / "log"
    log.write_text("before\n")
    with start("sh", ["-c", "echo during; exit 5"], log=log, account=None) as started:
        assert started.wait(10) == 5
    assert log.read_text() == "before\nduring\n"
