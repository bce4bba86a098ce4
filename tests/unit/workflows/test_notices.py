"""Which messages an event puts down; test_notifications.py beside it sends them."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from channel_desk import Desk, desk_of
from plimsoll.data.store.alerts import Severity
from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobKind
from plimsoll.errors import UsageError
from plimsoll.workflows.notices import parsed_hours, severity_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(database: Database, tenant: UUID) -> Desk:
    """Return a tenant without channels."""
    return desk_of(database, tenant)


async def test_each_channel_that_wants_it_gets_a_message(desk: Desk) -> None:
    """By severity and by use; the first line is told at once, the second later."""
    await desk.add("json://127.0.0.1:9/", minimum_severity=Severity.CRITICAL)
    await desk.add("json://127.0.0.1:9/", enabled=False)
    await desk.add("json://127.0.0.1:9/")
    await desk.add("json://127.0.0.1:9/", escalate_after_minutes=30)
    before = dt.datetime.now(dt.UTC)
    await desk.alert("a")
    first, second = sorted(await desk.jobs(), key=lambda job: job.run_at)
    assert (first.kind, second.kind) == (JobKind.NOTIFY, JobKind.ESCALATE)
    half = dt.timedelta(minutes=30)
    assert before + half <= second.run_at <= dt.datetime.now(dt.UTC) + half
    await desk.alert("a")
    assert len(await desk.jobs()) == 2, "what is only counted is not told"


async def test_quiet_hours_put_it_off(desk: Desk) -> None:
    """Until they end; what is critical is told at once."""
    now = dt.datetime.now(dt.UTC)
    quiet = {
        "start": f"{now - dt.timedelta(hours=1):%H:%M}",
        "end": f"{now + dt.timedelta(hours=1):%H:%M}",
        "time_zone": "UTC",
    }
    await desk.add("json://127.0.0.1:9/", quiet_hours=quiet)
    await desk.alert("a")
    (job,) = await desk.jobs()
    assert f"{job.run_at:%H:%M}" == quiet["end"]
    await desk.alert("b", Severity.CRITICAL)
    (urgent,) = [one for one in await desk.jobs() if one.id != job.id]
    assert urgent.run_at < now + dt.timedelta(minutes=5)


@pytest.mark.parametrize("held", [{"severity": "awful"}, {}, {"severity": None}])
def test_what_has_no_severity_is_for_information(held: dict[str, Any]) -> None:
    """Events of runs and jobs, for example."""
    assert severity_of(held) is Severity.INFO


def test_a_zone_that_is_none_is_refused() -> None:
    """Before it is stored."""
    with pytest.raises(UsageError):
        parsed_hours({"start": "22:00", "end": "07:00", "time_zone": "Mars/Olympus"})
