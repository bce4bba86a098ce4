"""Where the command line puts things."""

import os
import threading
from pathlib import Path

import pytest

from plimsoll.cli.output import messages, write_file, write_text
from plimsoll.errors import UnavailableError


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_file_is_written_whole(tmp_path: Path) -> None:
    """A written file holds the text, may be read by others, and leaves nothing beside it."""
    path = tmp_path / "report.html"
    path.write_text("old")
    write_file(path, "VaR – 1 %")
    assert path.read_text(encoding="utf-8") == "VaR – 1 %"
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """When the text cannot be encoded, the file stays as it was and no part of the new one is left."""
    path = tmp_path / "report.html"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_file(path, "a lone surrogate: \ud800")
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize("place", ["nowhere/report.html", "folder"])
def test_an_impossible_place_is_named(place: str, tmp_path: Path) -> None:
    """A folder that is missing, or one in place of the file, is an error with a remedy."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(UnavailableError, match=place):
        write_file(tmp_path / place, "text")


def test_text_goes_to_stdout_as_utf8(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Text reaches stdout as UTF-8 bytes."""
    write_text("€\n")
    assert capfdbinary.readouterr().out == "€\n".encode()


def test_messages_go_to_stderr() -> None:
    """Progress never mixes with data."""
    assert messages().stderr


def test_a_link_is_followed(tmp_path: Path) -> None:
    """Writing through a link changes its target and leaves the link."""
    (tmp_path / "target.html").write_text("old")
    (tmp_path / "link.html").symlink_to("target.html")
    write_file(tmp_path / "link.html", "new")
    assert (tmp_path / "target.html").read_text() == "new"
    assert (tmp_path / "link.html").is_symlink()


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    """A pipe stays a pipe, and its reader gets the text."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[str] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_text()))
    reader.start()
    write_file(pipe, "text")
    reader.join()
    assert received == ["text"]
    assert pipe.is_fifo()
