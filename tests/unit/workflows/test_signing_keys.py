"""The ring of signing keys, on a real database."""

import asyncio
import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import signing_keys
from plimsoll.data.store.database import Database
from plimsoll.errors import UnavailableError
from plimsoll.security.key_ring import LIFE_OF_KEY, PUBLISHED_BEFORE_USE, SigningState
from plimsoll.security.permissions import Permission, Principal
from plimsoll.workflows.signing_keys import FRESH, Keys, rotate_keys
from plimsoll.workflows.tenant_sealers import TenantSealers, forgetful_kms

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def sealer() -> TenantSealers:
    """Return what seals the keys."""
    return TenantSealers(forgetful_kms())


async def _rotated(database: Database, tenant: UUID, sealer: TenantSealers, emergency: bool) -> None:
    actor = Principal("me", tenant, "Me", frozenset(Permission))
    async with database.session(tenant) as session:
        await rotate_keys(session, sealer, NOW, emergency=emergency, actor=actor)


async def test_the_first_key_is_made_when_it_is_needed(
    database: Database, tenant: UUID, sealer: TenantSealers
) -> None:
    """Once, however many ask at once, in this process or another; it is stored sealed."""
    instances = [Keys(database, tenant, sealer) for _ in range(3)]
    rings = await asyncio.gather(*(keys.ring(NOW) for keys in instances for _ in range(3)))
    assert {ring.signer(NOW).kid for ring in rings} == {rings[0].signer(NOW).kid}
    async with database.session(tenant) as session:
        (kept,) = await signing_keys.newest(session)
    assert rings[0].signer(NOW).private not in kept.private_key


async def test_the_next_key_is_published_a_day_before_it_signs(
    database: Database, tenant: UUID, sealer: TenantSealers
) -> None:
    """Nobody has to remember to rotate."""
    keys = Keys(database, tenant, sealer)
    first = (await keys.ring(NOW)).signer(NOW)
    soon = NOW + LIFE_OF_KEY - DAY
    ring = await keys.ring(soon)
    assert ring.signer(soon).kid == first.kid
    assert len(ring.published(soon)) == 2
    later = await keys.ring(NOW + LIFE_OF_KEY)
    assert later.signer(NOW + LIFE_OF_KEY).kid != first.kid
    assert later.state(first.kid, NOW + LIFE_OF_KEY) is SigningState.RETIRING


async def test_a_ring_is_read_again_every_few_seconds(
    database: Database, tenant: UUID, sealer: TenantSealers
) -> None:
    """What another instance has revoked counts for four seconds at most."""
    keys = Keys(database, tenant, sealer)
    ring = await keys.ring(NOW)
    await _rotated(database, tenant, sealer, emergency=True)
    assert await keys.ring(NOW + FRESH / 2) is ring
    read = await keys.ring(NOW + FRESH)
    assert read.public(ring.signer(NOW).kid, NOW) is None
    assert dt.timedelta(seconds=5) > FRESH
    keys.forget()
    assert await keys.ring(NOW + FRESH) is not read
    assert await keys.ring(NOW - DAY) is not read


async def test_a_rotation_waits_until_the_key_was_published(
    database: Database, tenant: UUID, sealer: TenantSealers
) -> None:
    """The old key signs for another hour; in an emergency it ends at once."""
    keys = Keys(database, tenant, sealer)
    first = (await keys.ring(NOW)).signer(NOW)
    await _rotated(database, tenant, sealer, emergency=False)
    keys.forget()
    ring = await keys.ring(NOW)
    assert ring.signer(NOW).kid == first.kid
    assert ring.signer(NOW + PUBLISHED_BEFORE_USE).kid != first.kid


async def test_a_key_that_cannot_be_opened_stops_everything(
    database: Database, tenant: UUID, sealer: TenantSealers
) -> None:
    """Tokens are not taken on a guess; an emergency makes a new key all the same."""
    await Keys(database, tenant, sealer).ring(NOW)
    async with database.session(tenant) as session:
        (kept,) = await signing_keys.newest(session)
        await signing_keys.revoke_all(session, NOW)
        await signing_keys.add(session, signing_keys.SealedKey("broken", kept.private_key, NOW, NOW))
    with pytest.raises(UnavailableError):
        await Keys(database, tenant, sealer).ring(NOW)
    await _rotated(database, tenant, sealer, emergency=True)
    assert (await Keys(database, tenant, sealer).ring(NOW)).signer(NOW).kid != "broken"
