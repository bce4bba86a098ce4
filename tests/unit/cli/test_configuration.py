"""A bad setting is the user's mistake, named with its place."""

from pathlib import Path

import pytest

from plimsoll.cli.configuration import settings
from plimsoll.errors import UsageError


@pytest.fixture(autouse=True)
def _clean_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def test_settings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting of the environment is in force."""
    monkeypatch.setenv("PLIMSOLL_BASE", "CHF")
    assert settings().base == "CHF"


@pytest.mark.parametrize("content", [b"base = [", b'base = "\xff"'])
def test_a_file_in_another_encoding_is_named(content: bytes) -> None:
    """A file that is not TOML in UTF-8 is named."""
    Path("plimsoll.toml").write_bytes(content)
    with pytest.raises(UsageError, match=r"plimsoll\.toml is not valid TOML"):
        settings()


def test_a_link_to_itself_is_no_file(tmp_path: Path) -> None:
    """A link that leads to itself is not followed for ever."""
    (tmp_path / "plimsoll.toml").symlink_to("plimsoll.toml")
    (tmp_path / "plimsoll").mkdir()
    (tmp_path / "plimsoll" / "plimsoll.toml").symlink_to("plimsoll.toml")
    assert settings().base == "USD"


def test_a_misspelt_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that looks like a setting and is none is not silently ignored."""
    monkeypatch.setenv("PLIMSOLL_CONFIDENSE", "0.9")
    with pytest.raises(UsageError, match="PLIMSOLL_CONFIDENSE"):
        settings()


def test_a_refused_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value out of range is named with the reason."""
    monkeypatch.setenv("PLIMSOLL_CONFIDENCE", "99")
    with pytest.raises(UsageError, match="confidence"):
        settings()
