"""``plimsoll teams`` on a database of the test's own."""

import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli.teams import change, create, delete, list_teams
from plimsoll.errors import UsageError

ADA = "user:0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10"


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the options that lead to the test's own platform."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return {"data_dir": tmp_path / "data", "database_url": database_url}


def test_a_team_and_its_life(place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """It is made with members, changed, listed and dropped."""

    def printed() -> str:
        return capfdbinary.readouterr().out.decode()

    create("Desk", member=[ADA], json=True, **place)
    team = json.loads(printed())["id"]
    change(team, name="Others", member=[ADA.replace("user", "account")], **place)
    assert "member     account:" in printed()
    list_teams(**place)
    assert "Others" in printed()
    list_teams(json=True, **place)
    assert [one["name"] for one in json.loads(printed())] == ["Others"]
    delete(team, **place)
    printed()
    list_teams(json=True, **place)
    assert json.loads(printed()) == []


def test_what_makes_no_sense_is_refused(place: dict[str, Any]) -> None:
    """A member, a portfolio and a team that are none."""
    team = ADA.replace("user", "team")
    wrong: list[dict[str, Any]] = [{"member": ["x"]}, {"member": [team]}, {"portfolio": ["x"]}]
    for more in wrong:
        with pytest.raises(UsageError):
            create("Desk", **more, **place)
    with pytest.raises(UsageError):
        delete("x", **place)
