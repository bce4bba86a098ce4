"""``plimsoll alerts`` on a database of the test's own."""

import asyncio
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import typer

from plimsoll.cli.alerts import acknowledge, assign, duration, list_alerts, resolve, show, snooze
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT, ensure
from plimsoll.errors import NotFoundError, UsageError
from plimsoll.workflows.alerts import AlertKind, Severity, raise_alert


@pytest.fixture(autouse=True)
def _clean_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> dict[str, Any]:
    """Return the options that lead to the test's own platform."""
    return {"data_dir": tmp_path / "data", "database_url": database_url}


@pytest.fixture
def raised(database_url: str) -> str:
    """Raise a warning and return its id."""

    async def make() -> str:
        database = Database(database_url)
        async with database.session(LOCAL_TENANT) as session:
            await ensure(session, LOCAL_TENANT, "local")
            made = await raise_alert(
                session,
                key="stale/AAPL",
                kind=AlertKind.DATA,
                severity=Severity.WARNING,
                title="AAPL is stale",
                detail="since Monday",
            )
        await database.dispose()
        return str(made.id)

    return asyncio.run(make())


def test_alerts_are_listed(
    raised: str, place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """What is not resolved is listed; JSON has all there is; the list can be narrowed."""
    list_alerts(**place)
    text = capfdbinary.readouterr().out.decode()
    assert raised in text
    assert "AAPL is stale" in text
    list_alerts(json=True, limit=1, **place)
    assert [alert["id"] for alert in json.loads(capfdbinary.readouterr().out)] == [raised]
    list_alerts(kind="risk", json=True, **place)
    assert json.loads(capfdbinary.readouterr().out) == []


@pytest.mark.usefixtures("raised")
def test_an_open_critical_alert_is_a_failed_check(database_url: str, place: dict[str, Any]) -> None:
    """The list ends with exit code 1, so that a script can tell."""

    async def make() -> None:
        database = Database(database_url)
        async with database.session(LOCAL_TENANT) as session:
            await raise_alert(
                session, key="x", kind=AlertKind.RISK, severity=Severity.CRITICAL, title="x", detail=""
            )
        await database.dispose()

    asyncio.run(make())
    with pytest.raises(typer.Exit) as caught:
        list_alerts(**place)
    assert caught.value.exit_code == 1


def test_an_alert_is_acted_on_and_shown(
    raised: str, place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Each act says how the alert stands; the history says who did what."""
    assign(raised, "ada", note="yours", **place)
    snooze(raised, "2h", **place)
    snooze(raised, "off", **place)
    acknowledge(raised, **place)
    resolve(raised, note="fixed", json=True, **place)
    said = capfdbinary.readouterr().out.decode().splitlines()
    assert said[:4] == ["AAPL is stale: open"] * 3 + ["AAPL is stale: acknowledged by local"]
    assert json.loads(said[4])["status"] == "resolved"
    show(raised, **place)
    text = capfdbinary.readouterr().out.decode()
    assert "resolved by local: fixed" in text
    assert "detail     since Monday" in text
    show(raised, json=True, **place)
    assert len(json.loads(capfdbinary.readouterr().out)["history"]["items"]) == 6


def test_what_is_no_alert_is_refused(place: dict[str, Any], raised: str) -> None:
    """An id that is none, an unknown one, and a time that is none."""
    with pytest.raises(UsageError, match="no id"):
        show("nonsense", **place)
    with pytest.raises(NotFoundError):
        acknowledge("0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10", **place)
    with pytest.raises(UsageError, match="no time"):
        snooze(raised, "later", **place)


def test_a_time_is_read() -> None:
    """Minutes, hours and days."""
    assert (duration("5m"), duration("3h"), duration("2d")) == (
        dt.timedelta(minutes=5),
        dt.timedelta(hours=3),
        dt.timedelta(days=2),
    )
