"""Settings: environment over file over default."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from plimsoll.settings import Settings, configuration_files


@pytest.fixture(autouse=True)
def _clean_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home" / "plimsoll").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PLIMSOLL_{name.upper()}", raising=False)


def test_defaults() -> None:
    """With nothing said, the documented defaults hold."""
    assert Settings().model_dump() == {
        "prices": "demo",
        "base": "USD",
        "confidence": 0.99,
        "horizon": 1,
        "days": 500,
    }


def test_nearer_file_beats_the_user_file_and_environment_beats_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting comes from the environment, else the current directory, else the user's file."""
    user, here = configuration_files()
    user.write_text('base = "EUR"\nhorizon = 5\ndays = 250\n')
    here.write_text("horizon = 10\ndays = 300\n")
    monkeypatch.setenv("PLIMSOLL_DAYS", "750")
    chosen = Settings()
    assert (chosen.base, chosen.horizon, chosen.days) == ("EUR", 10, 750)


def test_without_a_configuration_home_the_usual_place_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without XDG_CONFIG_HOME the user's file is in ~/.config."""
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert configuration_files()[0] == tmp_path / ".config" / "plimsoll" / "plimsoll.toml"


@pytest.mark.parametrize(
    "line", ["confidence = 99", 'base = "euro"', "horizon = 0", "days = 1", "colour = 3"]
)
def test_a_bad_value_is_refused(line: str) -> None:
    """A value out of range and an unknown name are refused."""
    configuration_files()[1].write_text(line + "\n")
    with pytest.raises(ValidationError):
        Settings()


def test_settings_are_frozen() -> None:
    """Nobody changes a setting after the start."""
    with pytest.raises(ValidationError):
        Settings().base = "EUR"
