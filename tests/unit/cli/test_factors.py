"""``plimsoll users factors`` on a database of the test's own."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from people import new_person
from plimsoll.cli.factors import approve, list_factors, list_recoveries, recover, refuse
from plimsoll.data.store import tenants
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.errors import FourEyesError, UsageError


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the options that lead to the test's own platform."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return {"data_dir": tmp_path / "data", "database_url": database_url}


def somebody(database_url: str, **values: Any) -> str:
    """Store somebody and return their id."""

    async def store() -> str:
        database = Database(database_url)
        async with database.session(LOCAL_TENANT) as session:
            await tenants.ensure(session, LOCAL_TENANT, "local")
        person = await new_person(database, LOCAL_TENANT, **values)
        await database.dispose()
        return str(person)

    return asyncio.run(store())


def test_who_decides_nothing_is_recovered_by_one(
    place: dict[str, Any], database_url: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """It is done at once, and the list says so."""
    person = somebody(database_url)
    list_factors(person, **place)
    assert "0 recovery codes" in capfdbinary.readouterr().out.decode()
    recover(person, "lost telephone", json=True, **place)
    assert json.loads(capfdbinary.readouterr().out)["approved"]
    recover(person, "lost the link", **place)
    assert "/sign-in#pli_" in capfdbinary.readouterr().out.decode()
    list_recoveries(**place)
    assert "lost telephone" in capfdbinary.readouterr().out.decode()
    list_factors(person, json=True, **place)
    assert json.loads(capfdbinary.readouterr().out) == {"items": [], "recovery_codes": 0}


def test_an_administrator_needs_two(
    place: dict[str, Any], database_url: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The user of the machine is one person: who has asked cannot agree, but can take it back."""
    person = somebody(database_url, administrator=True)
    recover(person, "lost telephone", json=True, **place)
    made = json.loads(capfdbinary.readouterr().out)
    assert made["approved"] is None
    with pytest.raises(FourEyesError):
        approve(made["id"], **place)
    refuse(made["id"], **place)
    assert "refused" in capfdbinary.readouterr().out.decode()
    list_recoveries(json=True, **place)
    assert [one["approved"] for one in json.loads(capfdbinary.readouterr().out)] == [False]


def test_what_is_no_id_is_refused(place: dict[str, Any]) -> None:
    """The remedy says where to find one."""
    with pytest.raises(UsageError, match="no id"):
        list_factors("x", **place)
    with pytest.raises(UsageError, match="no id"):
        approve("x", **place)
