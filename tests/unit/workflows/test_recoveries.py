"""Recoveries, on a real database."""

import asyncio
import datetime as dt
from uuid import UUID

import pytest

from people import as_principal, new_person
from plimsoll.data.store import factors, users
from plimsoll.data.store.database import Database
from plimsoll.data.store.factors import FactorKind
from plimsoll.data.store.models import new_id
from plimsoll.data.store.recoveries import RecoveryRecord
from plimsoll.errors import ConflictError, FourEyesError, NotFoundError
from plimsoll.security.permissions import Principal
from plimsoll.workflows.own_account import person_of
from plimsoll.workflows.recoveries import (
    LIFE_OF_RECOVERY,
    approve_recovery,
    ask_for_recovery,
    recovery_mail,
    refuse_recovery,
)

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)


@pytest.fixture
async def people(database: Database, tenant: UUID) -> list[Principal]:
    """Return three people, the first of whom has a factor and a recovery code."""
    names = ("ada", "bob", "cem")
    made = [as_principal(tenant, await new_person(database, tenant, f"{name}@example.com")) for name in names]
    async with database.session(tenant) as session:
        ada = person_of(made[0])
        await factors.add(session, new_id(), user_id=ada, kind=FactorKind.TOTP, name="x", confirmed_at=NOW)
        await factors.replace_codes(session, ada, [b"x"], at=NOW)
    return made


async def asked(
    database: Database, who: Principal, whom: Principal, *, alone: bool = False
) -> RecoveryRecord:
    """Ask for a recovery."""
    async with database.session(who.tenant) as session:
        made = await ask_for_recovery(
            session, who, person_of(whom), reason="lost telephone", alone=alone, now=NOW
        )
    assert (made.link is not None) == alone
    return made.record


async def left(database: Database, whom: Principal) -> tuple[int, int]:
    """Return how many factors and codes somebody has."""
    async with database.session(whom.tenant) as session:
        person = person_of(whom)
        return len(await factors.of_user(session, person)), await factors.codes_left(session, person)


async def test_two_others_bring_somebody_back(database: Database, people: list[Principal]) -> None:
    """Until the second one agrees nothing is forgotten; then everything is."""
    ada, bob, cem = people
    recovery = await asked(database, bob, ada)
    assert await left(database, ada) == (1, 1)
    async with database.session(ada.tenant) as session:
        done = await approve_recovery(session, cem, recovery.id, now=NOW)
    assert (done.record.approved, done.record.decided_by) == (True, cem.id)
    assert await left(database, ada) == (0, 0)
    assert done.link is not None
    mail = recovery_mail(done.link, f"https://risk.example/sign-in#{done.link.token}")
    assert mail.to == "ada@example.com"
    assert done.link.token in mail.text
    async with database.session(ada.tenant) as session:
        assert (await users.get(session, person_of(ada))).password is None
    with pytest.raises(ConflictError):
        async with database.session(ada.tenant) as session:
            await approve_recovery(session, cem, recovery.id, now=NOW)


async def test_who_is_shut_out_is_not_brought_back(database: Database, people: list[Principal]) -> None:
    """They are let in again first; the recovery waits."""
    ada, bob, cem = people
    recovery = await asked(database, bob, ada)
    async with database.session(ada.tenant) as session:
        await users.change(session, person_of(ada), {"enabled": False})
    with pytest.raises(ConflictError, match="sign in"):
        async with database.session(ada.tenant) as session:
            await approve_recovery(session, cem, recovery.id, now=NOW)
    assert await left(database, ada) == (1, 1)


async def test_nobody_is_two_people(database: Database, people: list[Principal]) -> None:
    """Neither who asked nor who is asked for can agree, and nobody asks for themselves."""
    ada, bob, _ = people
    recovery = await asked(database, bob, ada)
    for who in (ada, bob):
        with pytest.raises(FourEyesError):
            async with database.session(ada.tenant) as session:
                await approve_recovery(session, who, recovery.id, now=NOW)
    with pytest.raises(FourEyesError):
        await asked(database, ada, ada)
    assert await left(database, ada) == (1, 1)


async def test_a_recovery_can_be_refused_and_grows_old(database: Database, people: list[Principal]) -> None:
    """Afterwards nobody can agree with it."""
    ada, bob, cem = people
    first, second = [await asked(database, bob, ada) for _ in range(2)]
    async with database.session(ada.tenant) as session:
        assert not (await refuse_recovery(session, ada, first.id, now=NOW)).approved
    for recovery, at in ((first.id, NOW), (second.id, NOW + LIFE_OF_RECOVERY)):
        with pytest.raises(ConflictError):
            async with database.session(ada.tenant) as session:
                await approve_recovery(session, cem, recovery, now=at)
    with pytest.raises(NotFoundError):
        async with database.session(ada.tenant) as session:
            await approve_recovery(session, cem, UUID(int=9), now=NOW)
    assert await left(database, ada) == (1, 1)


async def test_for_others_one_person_is_enough(database: Database, people: list[Principal]) -> None:
    """It is done at once, and written down as what it is."""
    ada, bob, _ = people
    assert (await asked(database, bob, ada, alone=True)).approved
    assert await left(database, ada) == (0, 0)


async def test_approving_and_refusing_at_once_leaves_one_decision(
    database: Database, people: list[Principal]
) -> None:
    """Of eight that decide at the same time, one way or the other, one succeeds."""
    ada, bob, cem = people
    recovery = await asked(database, bob, ada)

    async def once(turn: int) -> bool:
        decide = approve_recovery if turn % 2 else refuse_recovery
        try:
            async with database.session(ada.tenant) as session:
                await decide(session, cem, recovery.id, now=NOW)
        except ConflictError:
            return False
        return True

    assert sum(await asyncio.gather(*map(once, range(8)))) == 1
