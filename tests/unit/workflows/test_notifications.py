"""People told through a real receiver, from the alert to the message."""

import datetime as dt
import json
from typing import Any
from uuid import UUID

import pytest

from channel_desk import OUTWARD, Desk, desk_of
from plimsoll.data.store.alerts import Severity
from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobKind, JobStatus
from plimsoll.errors import UnavailableError
from plimsoll.workflows.alerts import acknowledge_alert, resolve_alert, snooze_alert
from plimsoll.workflows.channels import remove_channel
from plimsoll.workflows.job_attempts import Patience, attempt
from plimsoll.workflows.notification_rules import MOST_PER_WINDOW, WINDOW
from plimsoll.workflows.notifications import notify_handler
from webhook_receiver import Answer, Receiver, receiver

pytestmark = pytest.mark.anyio

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def desk(database: Database, tenant: UUID) -> Desk:
    """Return a tenant without channels."""
    return desk_of(database, tenant)


def _way(found: Receiver) -> str:
    return found.url.replace("http", "json", 1)


def _titles(found: Receiver) -> list[Any]:
    return [json.loads(content)["title"] for _, content in found.got]


async def test_an_alert_is_told_once(desk: Desk) -> None:
    """By a job of its own transaction; done twice it is told once."""
    with receiver() as found:
        await desk.add(_way(found))
        await desk.alert("a")
        (job,) = await desk.jobs()
        for _ in range(2):
            assert await desk.do(job) == {"status": "sent"}
    assert _titles(found) == ["[warning] VaR a"]


async def test_a_failure_is_tried_again_and_parked_in_the_end(desk: Desk) -> None:
    """With a reason that holds nothing of the URL; no alert is made of it, which would be told as well."""
    with receiver([Answer(500)]) as found:
        await desk.add(_way(found))
        await desk.alert("a")
        (job,) = await desk.jobs()
        handlers = {JobKind.NOTIFY: notify_handler(OUTWARD)}
        patience = Patience(failures=2, first_seconds=0.0)
        first = await attempt(desk.database, desk.tenant, job.id, 1, handlers=handlers, patience=patience)
        assert first is not None
        assert first.status is JobStatus.QUEUED
        last = await attempt(desk.database, desk.tenant, job.id, 2, handlers=handlers, patience=patience)
    assert last is not None
    assert (last.status, last.reason) == (
        JobStatus.PARKED,
        "the channel has not taken the message\n  Try it by its test.",
    )
    assert len(await desk.jobs()) == 1


async def test_a_storm_becomes_one_digest(desk: Desk) -> None:
    """So many by themselves, the rest as one message when the window ends; nothing is lost or told twice."""
    more = 5
    now = dt.datetime.now(dt.UTC)
    with receiver() as found:
        await desk.add(_way(found))
        for number in range(MOST_PER_WINDOW + more):
            await desk.alert(f"{number:03}")
        for job in await desk.jobs():
            await desk.do(job, now)
        assert len(found.got) == MOST_PER_WINDOW
        (digest,) = [job for job in await desk.jobs() if "digest" in job.arguments]
        assert digest.run_at == now + WINDOW
        assert await desk.do(digest, now + WINDOW) == {"status": "sent", "messages": more}
    last = json.loads(found.got[-1][1])
    assert last["title"] == f"[warning] {more} more messages: {more} warning"
    told = _titles(found)[:-1] + last["message"].splitlines()
    assert sorted(told) == [f"[warning] VaR {number:03}" for number in range(MOST_PER_WINDOW + more)]


async def test_a_digest_that_fails_is_not_lost(desk: Desk) -> None:
    """What it held is sent by the next attempt; what came meanwhile waits for the next digest."""
    now = dt.datetime.now(dt.UTC)
    with receiver([*[Answer()] * MOST_PER_WINDOW, Answer(500), Answer()]) as found:
        await desk.add(_way(found))
        for number in range(MOST_PER_WINDOW + 2):
            await desk.alert(f"{number:03}")
        for job in await desk.jobs():
            await desk.do(job, now)
        (digest,) = [job for job in await desk.jobs() if "digest" in job.arguments]
        with pytest.raises(UnavailableError):
            await desk.do(digest, now + WINDOW)
        assert await desk.do(digest, now + WINDOW) == {"status": "sent", "messages": 2}
    assert len(found.got) == MOST_PER_WINDOW + 2


async def test_what_was_put_off_is_told_if_it_still_matters(desk: Desk) -> None:
    """After quiet hours nobody is told of what is over."""
    now = dt.datetime.now(dt.UTC)
    quiet = {"start": f"{now - HOUR:%H:%M}", "end": f"{now + HOUR:%H:%M}", "time_zone": "UTC"}
    with receiver() as found:
        await desk.add(_way(found), quiet_hours=quiet)
        for key in ("a", "b"):
            await desk.alert(key)
        async with desk.database.session(desk.tenant) as session:
            await resolve_alert(session, "a")
        results = [await desk.do(job) for job in await desk.jobs()]
    assert results == [{"status": "skipped"}, {"status": "sent"}]
    assert _titles(found) == ["[warning] VaR b"]


async def test_the_second_line_hears_of_what_nobody_cares_for(desk: Desk) -> None:
    """Open and not acknowledged: told. Acknowledged: not. Snoozed: asked again when it wakes."""
    now = dt.datetime.now(dt.UTC)
    with receiver() as found:
        await desk.add(_way(found), escalate_after_minutes=30)
        for key in ("a", "b", "c"):
            alert = await desk.alert(key)
            async with desk.database.session(desk.tenant) as session:
                if key == "b":
                    await acknowledge_alert(session, alert.id, expected_version=1, by="ada", at=now)
                if key == "c":
                    await snooze_alert(
                        session, alert.id, expected_version=1, until=now + HOUR, by="ada", at=now
                    )
        results = [await desk.do(job) for job in await desk.jobs()]
        assert [one["status"] for one in results] == ["told", "skipped", "waits"]
        first, second = [job for job in await desk.jobs() if job.status is JobStatus.QUEUED]
        assert (first.kind, second.kind, second.run_at) == (JobKind.NOTIFY, JobKind.ESCALATE, now + HOUR)
        assert await desk.do(first) == {"status": "sent"}
    assert _titles(found) == ["[warning] VaR a"]


async def test_what_is_removed_tells_nobody(desk: Desk) -> None:
    """What was on its way ends without being sent."""
    with receiver() as found:
        made = await desk.add(_way(found))
        await desk.alert("a", Severity.CRITICAL)
        async with desk.database.session(desk.tenant) as session:
            await remove_channel(session, made.id, expected_version=1, at=dt.datetime.now(dt.UTC))
        (job,) = await desk.jobs()
        assert await desk.do(job) == {"status": "skipped"}
    assert found.got == []
