"""Alerts through both clients, on a real server."""

import asyncio
import datetime as dt
import inspect

import pytest

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.client.alerts import AlertMethods, AsyncAlertMethods, act_on_alert, alert_list
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.errors import PreconditionError, UsageError
from plimsoll.wire.alerts import Alert, AlertNote
from plimsoll.workflows.alerts import AlertKind, Severity, raise_alert
from wire_examples import examples


@pytest.fixture
def raised(database_url: str, api_url: str) -> str:
    """Raise an alert on the database of the API and return the API's address."""

    async def make() -> None:
        database = Database(database_url)
        async with database.session(LOCAL_TENANT) as session:
            await raise_alert(
                session, key="k", kind=AlertKind.DATA, severity=Severity.CRITICAL, title="t", detail="d"
            )
        await database.dispose()

    asyncio.run(make())
    return api_url


def test_an_alert_goes_through_its_life(raised: str, key: str) -> None:
    """Each method answers with the alert as it is then."""
    with RiskClient(raised, key) as client:
        (seen,) = client.alerts(kind="data")
        assert client.alert(seen.id) == seen
        known = client.assign_alert(seen, "ada", note="yours")
        known = client.snooze_alert(known, dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
        known = client.snooze_alert(known, None)
        known = client.acknowledge_alert(known)
        known = client.resolve_alert(known, note="done")
        assert (known.status, known.assignee, known.version) == ("resolved", "ada", 6)
        assert [change.action for change in client.alert_history(seen.id).items][-1] == "resolved"
        assert (list(client.alerts()), list(client.alerts(status="resolved"))) == ([], [known])
        with pytest.raises(PreconditionError):
            client.acknowledge_alert(seen)
        with pytest.raises(UsageError, match="note"):
            client.acknowledge_alert(seen, note="a\nb")


def test_on_an_event_loop_it_is_the_same(raised: str, key: str) -> None:
    """The asynchronous client does the same."""

    async def act() -> Alert:
        async with AsyncRiskClient(raised, key) as client:
            (known,) = [alert async for alert in client.alerts()]
            assert await client.alert(known.id) == known
            known = await client.assign_alert(known, "ada")
            known = await client.snooze_alert(known, None)
            known = await client.acknowledge_alert(known)
            known = await client.resolve_alert(known)
            assert len((await client.alert_history(known.id)).items) == 5
            return known

    assert asyncio.run(act()).status == "resolved"


def test_both_clients_have_the_same_methods() -> None:
    """With the same parameters."""
    names = [name for name in vars(AlertMethods) if not name.startswith("_")]
    for name in names:
        blocking, waiting = (
            inspect.signature(getattr(kind, name)) for kind in (AlertMethods, AsyncAlertMethods)
        )
        assert blocking.parameters == waiting.parameters


def test_an_act_names_the_version_that_was_seen() -> None:
    """And is not repeated by itself, for the answer to a repetition would be another."""
    known = Alert.model_validate(examples(Alert)[0])
    call = act_on_alert(known, "resolve", AlertNote(note="x"))
    assert call.headers["If-Match"] == '"1"'
    assert not call.repeatable
    assert alert_list(status="all", kind=None, portfolio_id=None, limit=3).query["status"] == "all"
