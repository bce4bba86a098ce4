"""Factors at work, on a real database: every right answer once, also when eight bring it at the same time."""

import asyncio
import datetime as dt
import json
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from people import as_principal, new_person
from plimsoll.data.store import alerts, factor_challenges, factors
from plimsoll.data.store.database import Database
from plimsoll.data.store.factor_challenges import ChallengePurpose
from plimsoll.data.store.factors import FactorKind
from plimsoll.data.store.models import new_id
from plimsoll.security.permissions import Principal
from plimsoll.security.sealing import Sealer
from plimsoll.security.tokens import new_token
from plimsoll.security.totp import STEP_SECONDS, code_at, step_of
from plimsoll.workflows.factor_enrolment import (
    begin_passkey,
    begin_totp,
    confirm_passkey,
    confirm_totp,
    make_recovery_codes,
)
from plimsoll.workflows.factors import (
    CHALLENGE_LIFE,
    MOST_TRIES,
    passkey_challenge,
    sms_code_place,
    usable_kinds,
    verify_factor,
)
from soft_authenticator import SoftAuthenticator

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
STEP = dt.timedelta(seconds=STEP_SECONDS)
ORIGIN = "https://risk.example.com"
SEALER = Sealer(new_token("plq"))


@dataclass(frozen=True)
class Ada:
    """Somebody who shows what they have."""

    database: Database
    tenant: UUID
    id: UUID

    @property
    def actor(self) -> Principal:
        """Return them as signed in."""
        return as_principal(self.tenant, self.id)

    async def shows(
        self, kind: FactorKind | str, answer: str, now: dt.datetime = NOW, origin: str = ORIGIN
    ) -> bool:
        """Return whether an answer is taken."""
        async with self.database.session(self.tenant) as session:
            return await verify_factor(session, self.id, kind, answer, now=now, sealer=SEALER, origin=origin)

    async def shows_eight_times(self, kind: FactorKind, answer: str, now: dt.datetime = NOW) -> list[bool]:
        """Return what comes of eight who bring the same answer at the same time."""
        return sorted(await asyncio.gather(*(self.shows(kind, answer, now) for _ in range(8))))

    async def app(self, now: dt.datetime = NOW) -> str:
        """Enrol an authenticator app and return its secret."""
        async with self.database.session(self.tenant) as session:
            begun = await begin_totp(session, self.actor, name="Phone", now=now, sealer=SEALER)
            code = code_at(begun.secret, step_of(now))
            await confirm_totp(session, self.actor, begun.record.id, code, now=now, sealer=SEALER)
        return begun.secret

    async def passkey(self, device: SoftAuthenticator) -> UUID:
        """Enrol a passkey."""
        async with self.database.session(self.tenant) as session:
            asked = await begin_passkey(session, self.actor, now=NOW, origin=ORIGIN)
            made, _ = await confirm_passkey(
                session, self.actor, device.create(asked), name="Key", now=NOW, origin=ORIGIN
            )
        return made.id

    async def signs(self, device: SoftAuthenticator, now: dt.datetime = NOW) -> str:
        """Return the answer of a device to a new challenge."""
        async with self.database.session(self.tenant) as session:
            asked = await passkey_challenge(session, self.id, now=now, origin=ORIGIN)
        assert asked is not None
        return device.get(asked)


@pytest.fixture
async def ada(database: Database, tenant: UUID) -> Ada:
    """Return somebody without factors."""
    return Ada(database, tenant, await new_person(database, tenant))


async def test_who_has_nothing_shows_nothing(ada: Ada) -> None:
    """No answer of any kind is taken, nor a kind that does not exist."""
    for kind in (*FactorKind, "password", "", "TOTP", "__class__"):
        for answer in ("", "000000", "{}", "null", "\x00", "x" * 100_000):
            assert not await ada.shows(kind, answer)
    async with ada.database.session(ada.tenant) as session:
        assert await usable_kinds(session, ada.id) == ()
        assert await passkey_challenge(session, ada.id, now=NOW, origin=ORIGIN) is None


async def test_a_code_is_taken_once(ada: Ada) -> None:
    """The one of enrolment not again, the next one once, also when eight requests race."""
    secret = await ada.app()
    assert not await ada.shows(FactorKind.TOTP, code_at(secret, step_of(NOW)))
    later = NOW + STEP
    code = code_at(secret, step_of(later))
    assert await ada.shows_eight_times(FactorKind.TOTP, code, later) == [False] * 7 + [True]
    assert not await ada.shows(FactorKind.TOTP, code, later)


async def test_a_clock_that_goes_back_brings_no_code_back(ada: Ada) -> None:
    """A step before the last one that was used is never taken."""
    secret = await ada.app(NOW + 10 * STEP)
    for steps in range(11):
        at = NOW + steps * STEP
        assert not await ada.shows(FactorKind.TOTP, code_at(secret, step_of(at)), at)
    at = NOW + 11 * STEP
    assert await ada.shows(FactorKind.TOTP, code_at(secret, step_of(at)), at)


async def test_a_code_is_its_owners(ada: Ada) -> None:
    """Somebody else's code, in the same tenant, is wrong."""
    secret = await ada.app()
    eve = replace(ada, id=await new_person(ada.database, ada.tenant, "eve@example.com"))
    await eve.app()
    at = NOW + STEP
    assert not await eve.shows(FactorKind.TOTP, code_at(secret, step_of(at)), at)


async def test_one_of_two_apps_is_enough(ada: Ada) -> None:
    """Each of them counts its own steps."""
    secrets = [await ada.app(), await ada.app()]
    at = NOW + STEP
    assert [await ada.shows(FactorKind.TOTP, code_at(one, step_of(at)), at) for one in secrets] == [
        True,
        True,
    ]


async def test_a_recovery_code_is_taken_once(ada: Ada) -> None:
    """Also when eight requests race, and however it is typed."""
    await ada.app()
    async with ada.database.session(ada.tenant) as session:
        codes = await make_recovery_codes(session, ada.actor, now=NOW)
        assert await usable_kinds(session, ada.id) == (FactorKind.TOTP, FactorKind.RECOVERY)
    assert await ada.shows_eight_times(FactorKind.RECOVERY, codes[0]) == [False] * 7 + [True]
    assert not await ada.shows(FactorKind.RECOVERY, codes[0])
    assert await ada.shows(FactorKind.RECOVERY, codes[1].upper().replace("-", " "))


async def test_a_passkey_signs_in_once_for_each_challenge(ada: Ada) -> None:
    """The same answer is taken once, also when eight requests race."""
    device = SoftAuthenticator(ORIGIN)
    await ada.passkey(device)
    answer = await ada.signs(device)
    assert await ada.shows_eight_times(FactorKind.PASSKEY, answer) == [False] * 7 + [True]
    assert not await ada.shows(FactorKind.PASSKEY, answer)
    assert await ada.shows(FactorKind.PASSKEY, await ada.signs(device))


async def test_a_passkey_that_does_not_count_is_taken_too(ada: Ada) -> None:
    """Passkeys that are copied between devices by their makers stay at nought for ever."""
    device = SoftAuthenticator(ORIGIN, counts=False)
    await ada.passkey(device)
    for _ in range(2):
        assert await ada.shows(FactorKind.PASSKEY, await ada.signs(device))


async def test_a_copied_passkey_is_taken_out_of_use(ada: Ada) -> None:
    """A count that goes back is refused, told to people, and ends the passkey for both who have it."""
    device = SoftAuthenticator(ORIGIN)
    factor = await ada.passkey(device)
    copy = replace(device)
    assert await ada.shows(FactorKind.PASSKEY, await ada.signs(device))
    assert not await ada.shows(FactorKind.PASSKEY, await ada.signs(copy))
    async with ada.database.session(ada.tenant) as session:
        assert (await factors.get(session, ada.id, factor)).suspended_at == NOW
        assert await usable_kinds(session, ada.id) == ()
        (alert,) = await alerts.page(session, after=None, limit=9)
    assert (alert.subject, alert.severity) == (ada.id, "critical")


async def test_another_origin_an_old_challenge_and_another_device_are_refused(ada: Ada) -> None:
    """Nor does an answer count where nobody says from where it comes, or for somebody else."""
    device = SoftAuthenticator(ORIGIN)
    await ada.passkey(device)
    assert not await ada.shows(FactorKind.PASSKEY, await ada.signs(device), origin="https://evil.example")
    assert not await ada.shows(FactorKind.PASSKEY, await ada.signs(device), origin="")
    phished = replace(device, origin="https://evil.example")
    assert not await ada.shows(FactorKind.PASSKEY, await ada.signs(phished))
    assert not await ada.shows(FactorKind.PASSKEY, await ada.signs(replace(device, verified=False)))
    assert not await ada.shows(FactorKind.PASSKEY, await ada.signs(device), NOW + CHALLENGE_LIFE)
    other = SoftAuthenticator(ORIGIN, credential_id=device.credential_id)
    assert not await ada.shows(FactorKind.PASSKEY, await ada.signs(other))
    eve = replace(ada, id=await new_person(ada.database, ada.tenant, "eve@example.com"))
    assert not await eve.shows(FactorKind.PASSKEY, await ada.signs(device))


async def test_a_challenge_to_enrol_lets_nobody_in(ada: Ada) -> None:
    """Each challenge is good for what it was made for."""
    device = SoftAuthenticator(ORIGIN)
    await ada.passkey(device)
    async with ada.database.session(ada.tenant) as session:
        asked = await begin_passkey(session, ada.actor, now=NOW, origin=ORIGIN)
    answer = device.get({"challenge": asked["challenge"], "rpId": asked["rp"]["id"]})
    assert not await ada.shows(FactorKind.PASSKEY, answer)
    assert json.loads(answer)["type"] == "public-key"


async def sent_code(ada: Ada, code: str = "123456") -> None:
    """Store a code as if it had been sent by SMS."""
    challenge = new_id()
    async with ada.database.session(ada.tenant) as session:
        await factor_challenges.begin(
            session,
            challenge,
            user_id=ada.id,
            purpose=ChallengePurpose.SMS,
            secret=SEALER.seal(code, sms_code_place(challenge)),
            at=NOW,
            ends_at=NOW + CHALLENGE_LIFE,
        )


async def test_a_sent_code_is_taken_once(ada: Ada) -> None:
    """Also when some race with it; too late it is worth nothing."""
    await sent_code(ada)
    assert sum(await ada.shows_eight_times(FactorKind.SMS, " 123456 ")) == 1
    await sent_code(ada)
    assert not await ada.shows(FactorKind.SMS, "123456", NOW + CHALLENGE_LIFE)


async def test_a_sent_code_is_not_guessed(ada: Ada) -> None:
    """After five wrong ones the right one is refused too."""
    await sent_code(ada)
    for _ in range(MOST_TRIES):
        assert not await ada.shows(FactorKind.SMS, "654321")
    assert not await ada.shows(FactorKind.SMS, "123456")
