"""``plimsoll roles`` on a database of the test's own."""

import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli import keys, teams
from plimsoll.cli.roles import approve, create, delete, end, give, grants, list_roles, reject
from plimsoll.errors import ConflictError, FourEyesError, NotFoundError, UsageError


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the options that lead to the test's own platform."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return {"data_dir": tmp_path / "data", "database_url": database_url}


def test_a_role_is_made_given_and_taken_away(
    place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """What was made can be given to a team, shows in the lists, and goes when nobody holds it."""

    def printed() -> str:
        return capfdbinary.readouterr().out.decode()

    create("Reader", ["runs:read"], **place)
    assert "Reader" in printed()
    teams.create("Desk", json=True, **place)
    team = json.loads(printed())["id"]
    give(f"team:{team}", "Reader", desk=team, until="2100-01-01T00:00Z", json=True, **place)
    grant = json.loads(printed())
    assert (grant["status"], grant["desk"]) == ("active", team)
    grants(holder=f"team:{team}", **place)
    assert grant["id"] in printed()
    with pytest.raises(ConflictError):
        delete("Reader", **place)
    for decide in (approve, reject):
        with pytest.raises((ConflictError, FourEyesError)):
            decide(grant["id"], **place)
    end(grant["id"], **place)
    assert "ended" in printed()
    delete("Reader", **place)
    with pytest.raises(NotFoundError):
        delete("Reader", **place)
    printed()
    grants(status="ended", json=True, **place)
    assert [one["id"] for one in json.loads(printed())] == [grant["id"]]
    list_roles(json=True, **place)
    assert json.loads(printed())[0]["name"] == "viewer"
    list_roles(**place)
    assert "runs:read" in printed()


def test_a_program_is_given_a_role_by_its_name(
    place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """As by its id; one that is not there is none."""
    keys.create("robot", json=True, **place)
    account = json.loads(capfdbinary.readouterr().out)["account_id"]
    for holder, role in (("account:robot", "viewer"), (f"account:{account}", "analyst")):
        give(holder, role, json=True, **place)
        assert json.loads(capfdbinary.readouterr().out)["holder"] == {"kind": "account", "id": account}
    with pytest.raises(NotFoundError, match="service account"):
        give("account:nobody", "viewer", **place)


def test_what_makes_no_sense_is_refused(place: dict[str, Any]) -> None:
    """A holder, an instant, a portfolio and a grant that are none."""
    for holder in ("somebody", "group:0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10"):
        with pytest.raises(UsageError):
            give(holder, "viewer", **place)
    ada = "user:0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10"
    wrong: list[dict[str, Any]] = [
        {"until": "soon"},
        {"until": "2100-01-01"},
        {"portfolio": "x"},
        {"desk": "x"},
    ]
    for more in wrong:
        with pytest.raises(UsageError):
            give(ada, "viewer", **more, **place)
    for holder in (ada, "nobody@example.com"):
        with pytest.raises(NotFoundError):
            give(holder, "viewer", **place)
    with pytest.raises(UsageError):
        end("x", **place)
