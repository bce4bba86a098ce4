"""Where the platform of a command is."""

from pathlib import Path

import pytest

from plimsoll.cli.places import installation, other_place, where


@pytest.fixture(autouse=True)
def _clean_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


def test_options_over_settings_over_the_usual_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An option counts most, then the setting, then the directory for users' data."""
    assert where(None, None) == (tmp_path / "XDG_DATA_HOME" / "plimsoll", None)
    monkeypatch.setenv("PLIMSOLL_DATA_DIR", "set")
    monkeypatch.setenv("PLIMSOLL_DATABASE_URL", "postgresql://set")
    assert where(None, None) == (tmp_path / "set", "postgresql://set")
    assert where(Path("said"), "postgresql://said") == (tmp_path / "said", "postgresql://said")
    assert installation(Path("said"), None).directory == tmp_path / "said"


def test_the_option_of_further_commands() -> None:
    """It is there where it is needed, ready for a shell."""
    assert (other_place(None), other_place(Path("/my data"))) == ("", " --data-dir '/my data'")
