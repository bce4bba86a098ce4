"""Where the command line puts things."""

from pathlib import Path

import pytest

from plimsoll.cli.output import messages, write_file, write_text
from plimsoll.errors import UnavailableError


def test_file_is_written_whole(tmp_path: Path) -> None:
    """A written file holds the text, may be read by others, and leaves nothing beside it."""
    path = tmp_path / "report.html"
    path.write_text("old")
    write_file(path, "VaR – 1 %")
    assert path.read_text(encoding="utf-8") == "VaR – 1 %"
    assert path.stat().st_mode & 0o777 == 0o644
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
