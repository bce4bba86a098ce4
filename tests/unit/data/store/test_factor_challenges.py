"""Challenges on a real database."""

import asyncio
import datetime as dt
from uuid import UUID

import pytest

from people import new_person
from plimsoll.data.store import factor_challenges
from plimsoll.data.store.database import Database
from plimsoll.data.store.factor_challenges import ChallengePurpose, OpenChallenge
from plimsoll.data.store.models import new_id

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
PASSKEY, SMS = ChallengePurpose.PASSKEY, ChallengePurpose.SMS


async def begun(
    database: Database, tenant: UUID, person: UUID, purpose: ChallengePurpose = PASSKEY, secret: bytes = b"s"
) -> UUID:
    """Store a challenge of five minutes."""
    challenge = new_id()
    async with database.session(tenant) as session:
        ends = NOW + 5 * MINUTE
        await factor_challenges.begin(
            session, challenge, user_id=person, purpose=purpose, secret=secret, at=NOW, ends_at=ends
        )
    return challenge


async def test_a_challenge_is_answered_once(database: Database, tenant: UUID) -> None:
    """Eight transactions that bring its answer at the same time: one of them finds it."""
    ada = await new_person(database, tenant)
    challenge = await begun(database, tenant, ada)

    async def once() -> OpenChallenge | None:
        async with database.session(tenant) as session:
            return await factor_challenges.consume_secret(session, ada, PASSKEY, b"s", at=NOW)

    found = [one for one in await asyncio.gather(*(once() for _ in range(8))) if one is not None]
    assert found == [OpenChallenge(challenge, None, b"s")]


async def test_it_is_for_one_person_purpose_and_time(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """Anybody else, for anything else, too late or with other bytes finds none."""
    ada = await new_person(database, tenant)
    eve = await new_person(database, tenant, "eve@example.com")
    await begun(database, tenant, ada)
    consume = factor_challenges.consume_secret
    async with database.session(other_tenant) as session:
        assert await consume(session, ada, PASSKEY, b"s", at=NOW) is None
    async with database.session(tenant) as session:
        assert await consume(session, eve, PASSKEY, b"s", at=NOW) is None
        assert await consume(session, ada, ChallengePurpose.PASSKEY_ENROLMENT, b"s", at=NOW) is None
        assert await consume(session, ada, PASSKEY, b"t", at=NOW) is None
        assert await consume(session, ada, PASSKEY, b"s", at=NOW + 5 * MINUTE) is None
        assert await consume(session, ada, PASSKEY, b"s", at=NOW + 4 * MINUTE) is not None


async def test_tries_are_counted_also_when_they_race(database: Database, tenant: UUID) -> None:
    """Of eight at the same time five are let through, and afterwards none."""
    ada = await new_person(database, tenant)
    challenge = await begun(database, tenant, ada, SMS)

    async def once() -> OpenChallenge | None:
        async with database.session(tenant) as session:
            return await factor_challenges.try_latest(session, ada, SMS, most_tries=5, at=NOW)

    found = [one for one in await asyncio.gather(*(once() for _ in range(8))) if one is not None]
    assert [one.id for one in found] == [challenge] * 5
    assert await once() is None


async def test_the_newest_challenge_counts(database: Database, tenant: UUID) -> None:
    """An older one cannot be answered any more; what is used or over is not found."""
    ada = await new_person(database, tenant)
    await begun(database, tenant, ada, SMS, b"old")
    await asyncio.sleep(0.002)
    challenge = await begun(database, tenant, ada, SMS, b"new")
    async with database.session(tenant) as session:
        late = NOW + 5 * MINUTE
        assert await factor_challenges.try_latest(session, ada, SMS, most_tries=5, at=late) is None
        found = await factor_challenges.try_latest(session, ada, SMS, most_tries=5, at=NOW)
        assert found == OpenChallenge(challenge, None, b"new")
        assert await factor_challenges.consume(session, challenge, at=NOW)
        assert not await factor_challenges.consume(session, challenge, at=NOW)
        assert await factor_challenges.try_latest(session, ada, SMS, most_tries=5, at=NOW) is None


async def test_what_is_over_is_forgotten(database: Database, tenant: UUID) -> None:
    """Challenges that ended before an instant go, the others stay."""
    ada = await new_person(database, tenant)
    await begun(database, tenant, ada)
    async with database.session(tenant) as session:
        assert await factor_challenges.forget(session, before=NOW) == 0
        assert await factor_challenges.consume_secret(session, ada, PASSKEY, b"s", at=NOW) is not None
        assert await factor_challenges.forget(session, before=NOW + 6 * MINUTE) == 1
