"""Channels made, changed and tried on a real database."""

import datetime as dt
from uuid import UUID

import pytest

from channel_desk import OUTWARD, Desk, desk_of
from plimsoll.data.store import channels
from plimsoll.data.store.database import Database
from plimsoll.errors import NotFoundError, PreconditionError, UsageError
from plimsoll.workflows.channels import change_channel, opened_url, remove_channel, try_channel
from webhook_receiver import Answer, receiver

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(database: Database, tenant: UUID) -> Desk:
    """Return a tenant without channels."""
    return desk_of(database, tenant)


async def test_a_url_is_kept_sealed(desk: Desk) -> None:
    """What is stored is not the URL, and opens to it at its own place only."""
    made = await desk.add("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#risk")
    assert made.scheme == "slack"
    assert b"TIiajkdnlazkcOXrIdevi7FQ" not in made.url
    async with desk.database.session(desk.tenant) as session:
        sealer = await OUTWARD.sealers.of(session)
    assert opened_url(made, sealer).startswith("slack://T1JJ3T3L2")


async def test_it_is_tried_at_once(desk: Desk) -> None:
    """And what came of it is said."""
    with receiver([Answer(), Answer(500)]) as found:
        made = await desk.add(found.url.replace("http", "json"))
        tried = [await try_channel(desk.database, desk.tenant, made.id, OUTWARD) for _ in range(2)]
    assert tried == [None, "the channel has not taken the message"]
    with pytest.raises(NotFoundError):
        await try_channel(desk.database, desk.tenant, UUID(int=9), OUTWARD)


async def test_a_change_needs_the_version_that_was_seen(desk: Desk) -> None:
    """What makes no sense is refused; what is removed is gone, and its URL with it."""
    made = await desk.add("json://127.0.0.1:9/")
    async with desk.database.session(desk.tenant) as session:
        await change_channel(session, made.id, expected_version=1, changes={"name": "Other"})
        with pytest.raises(PreconditionError):
            await change_channel(session, made.id, expected_version=1, changes={"name": "Mine"})
        equal = {"start": "07:00", "end": "07:00", "time_zone": "UTC"}
        for wrong in ({"kinds": ["alert.eaten"]}, {"quiet_hours": equal}):
            with pytest.raises(UsageError):
                await change_channel(session, made.id, expected_version=2, changes=wrong)
        await remove_channel(session, made.id, expected_version=2, at=dt.datetime.now(dt.UTC))
        with pytest.raises(NotFoundError):
            await channels.get(session, made.id)
