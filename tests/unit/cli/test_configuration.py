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


def test_a_broken_file_is_named() -> None:
    """A file that is not TOML is named."""
    Path("plimsoll.toml").write_text("base = [")
    with pytest.raises(UsageError, match=r"plimsoll\.toml is not valid TOML"):
        settings()


def test_a_refused_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value out of range is named with the reason."""
    monkeypatch.setenv("PLIMSOLL_CONFIDENCE", "99")
    with pytest.raises(UsageError, match="confidence"):
        settings()
