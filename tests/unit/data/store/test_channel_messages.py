"""Messages through channels on a real database; what they are for is tested in tests/unit/workflows."""

import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import channel_messages, channels, events
from plimsoll.data.store.alerts import Severity
from plimsoll.data.store.channel_messages import MessageStatus
from plimsoll.data.store.database import Database
from plimsoll.errors import NotFoundError

pytestmark = pytest.mark.anyio

CHANNEL, DIGEST = UUID(int=1), UUID(int=2)
NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


async def test_messages_are_held_digested_and_counted(database: Database, tenant: UUID) -> None:
    """A digest takes all that wait of its urgency and counts as one; whoever asks does not count."""
    async with database.session(tenant) as session:
        await channels.add(
            session,
            CHANNEL,
            name="Desk",
            scheme="json",
            url=b"x",
            kinds=["a.b"],
            minimum_severity=Severity.INFO,
            quiet_hours=None,
            escalate_after_minutes=None,
            enabled=True,
            created_by="me",
        )
        made = []
        for number in range(4):
            event = await events.append(session, kind="a.b", subject=CHANNEL, data={"n": number})
            made.append(
                await channel_messages.add(
                    session, channel_id=CHANNEL, event_id=event, urgent=number == 3, put_off=False
                )
            )
        await channel_messages.try_now(session, made[0], NOW)
        for message in made[1:]:
            await channel_messages.hold(session, message)
        assert await channel_messages.held(session, CHANNEL, urgent=False)
        taken = await channel_messages.take_held(session, CHANNEL, urgent=False, digest=DIGEST, at=NOW + HOUR)
        assert [one.data["n"] for one in taken] == [1, 2]
        sent = [NOW, NOW + HOUR]
        before = NOW - HOUR
        assert await channel_messages.tried_since(session, CHANNEL, before, without=UUID(int=9)) == sent
        assert await channel_messages.tried_since(session, CHANNEL, before, without=DIGEST) == sent[:1]
        assert await channel_messages.tried_since(session, CHANNEL, NOW, without=made[0]) == sent[1:]
        await channel_messages.end(session, [one.id for one in taken], MessageStatus.SENT)
        assert not await channel_messages.held(session, CHANNEL, urgent=False)
        assert await channel_messages.held(session, CHANNEL, urgent=True)
        assert (await channel_messages.get(session, made[1])).status is MessageStatus.SENT
        with pytest.raises(NotFoundError):
            await channel_messages.get(session, DIGEST)
