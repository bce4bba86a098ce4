"""The sealers of tenants, on a real database."""

import asyncio
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from plimsoll.data.store import data_keys, tenants
from plimsoll.data.store.data_keys import KeyPurpose
from plimsoll.data.store.database import Database
from plimsoll.data.store.models import new_id
from plimsoll.errors import NotFoundError, UnavailableError
from plimsoll.security.kms import Kms, LocalKms, WrappedKey
from plimsoll.security.sealing import Sealer
from plimsoll.security.tokens import new_token
from plimsoll.workflows.tenant_sealers import KNOWN_SECONDS, TenantSealers, forgetful_kms, key_context

pytestmark = pytest.mark.anyio
PLACE = "webhooks|secret|1"


@dataclass
class Breakable:
    """A provider that counts what it is asked and can be switched off."""

    token: str = field(default_factory=lambda: new_token("plq"))
    down: bool = False
    asked: int = 0

    @property
    def name(self) -> str:
        return "local"

    async def master(self) -> str:
        return await self._local().master()

    async def wrap(self, key: bytes, context: Mapping[str, str]) -> WrappedKey:
        return await self._local().wrap(key, context)

    async def unwrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> bytes:
        return await self._local().unwrap(wrapped, context)

    def _local(self) -> LocalKms:
        self.asked += 1
        if self.down:
            raise UnavailableError("the KMS cannot be reached")
        return LocalKms(lambda: [self.token])


async def _seal(database: Database, tenant: UUID, sealers: TenantSealers) -> bytes:
    async with database.session(tenant) as session:
        return (await sealers.of(session)).seal("hush", PLACE)


async def _open(database: Database, tenant: UUID, sealers: TenantSealers, sealed: bytes) -> str:
    async with database.session(tenant) as session:
        return (await sealers.of(session)).open(sealed, PLACE)


async def test_a_tenant_has_keys_of_its_own(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """Another process opens what one has sealed; another tenant does not, and finds another index."""
    kms = forgetful_kms()
    sealed = await _seal(database, tenant, TenantSealers(kms))
    elsewhere = TenantSealers(kms)
    assert await _open(database, tenant, elsewhere, sealed) == "hush"
    with pytest.raises(UnavailableError):
        await _open(database, other_tenant, elsewhere, sealed)
    indices = set()
    for one in (tenant, other_tenant, tenant):
        async with database.session(one) as session:
            indices.add((await elsewhere.of(session)).index("ada", "users|email"))
    assert len(indices) == 2


async def test_no_key_is_stored_as_it_is(database: Database, tenant: UUID) -> None:
    """The tables hold keys that only the master key unwraps, and only for their tenant."""
    kms = forgetful_kms()
    await _seal(database, tenant, TenantSealers(kms))
    async with database.session(tenant) as session:
        records = await data_keys.load(session)
    assert {record.purpose for record in records} == set(KeyPurpose)
    for record in records:
        wrapped = WrappedKey(record.provider, record.master, record.wrapped)
        context = key_context(tenant, record.id, record.purpose)
        assert len(await kms.unwrap(wrapped, context)) == 32
        for other in ({"tenant": str(uuid4())}, {"purpose": "else"}):
            with pytest.raises(UnavailableError):
                await kms.unwrap(wrapped, {**context, **other})


async def test_many_first_uses_agree(database: Database, tenant: UUID) -> None:
    """Of eight processes that need the first key at once, all use the one that was stored."""
    kms = forgetful_kms()
    processes = [TenantSealers(kms) for _ in range(8)]
    sealed = await asyncio.gather(*(_seal(database, tenant, sealers) for sealers in processes))
    async with database.session(tenant) as session:
        assert len(await data_keys.load(session)) == 2
    for one in sealed:
        assert await _open(database, tenant, TenantSealers(kms), one) == "hush"


async def _fail_with_first_keys(database: Database, tenant: UUID, sealers: TenantSealers) -> None:
    async with database.session(tenant) as session:
        await tenants.ensure(session, tenant, "third")
        first = await sealers.of(session)
        assert await sealers.of(session) is first
        raise ZeroDivisionError


async def test_keys_of_a_transaction_that_fails_are_forgotten(database: Database) -> None:
    """A tenant and its first keys are made in one transaction; rolled back, nothing seals by them."""
    sealers, tenant = TenantSealers(forgetful_kms()), uuid4()
    with pytest.raises(ZeroDivisionError):
        await _fail_with_first_keys(database, tenant, sealers)
    async with database.session(tenant) as session:
        await tenants.ensure(session, tenant, "third")
    sealed = await _seal(database, tenant, sealers)
    assert await _open(database, tenant, TenantSealers(sealers.kms), sealed) == "hush"


async def test_the_kms_is_asked_once_for_each_key(database: Database, tenant: UUID) -> None:
    """A process goes on while the KMS is down; one that starts then does not, and says so."""
    provider, now = Breakable(), [0.0]
    await _seal(database, tenant, TenantSealers(Kms(provider)))
    sealers = TenantSealers(Kms(provider), clock=lambda: now[0])
    sealed = await _seal(database, tenant, sealers)
    asked, provider.down = provider.asked, True
    for _ in range(3):
        now[0] += KNOWN_SECONDS + 1
        assert await _open(database, tenant, sealers, sealed) == "hush"
    assert provider.asked == asked
    fresh = TenantSealers(Kms(provider))
    with pytest.raises(UnavailableError, match="cannot be reached"):
        await _open(database, tenant, fresh, sealed)
    provider.down = False
    assert await _open(database, tenant, fresh, sealed) == "hush"


async def test_nothing_is_sealed_without_a_kms(database: Database, tenant: UUID) -> None:
    """The first key of a tenant cannot be made, and nothing is stored instead."""
    with pytest.raises(UnavailableError, match="cannot be reached"):
        await _seal(database, tenant, TenantSealers(Kms(Breakable(down=True))))
    async with database.session(tenant) as session:
        assert await data_keys.load(session) == []


async def test_a_new_key_is_known_before_it_seals(database: Database, tenant: UUID) -> None:
    """A process that knew the keys a moment ago opens what another one seals by the new key."""
    kms, now = forgetful_kms(), [0.0]
    old, rotator = (TenantSealers(kms, clock=lambda: now[0]) for _ in range(2))
    await _seal(database, tenant, old)
    async with database.session(tenant) as session:
        key_id = new_id()
        wrapped = await rotator.wrapped(tenant, key_id, KeyPurpose.SEAL, bytes(32))
        await data_keys.add(
            session,
            key_id,
            purpose=KeyPurpose.SEAL,
            number=2,
            provider=wrapped.provider,
            master=wrapped.master,
            wrapped=wrapped.content,
            wait=dt.timedelta(seconds=3 * KNOWN_SECONDS),
        )
    assert [(await _seal(database, tenant, sealers))[7] for sealers in (old, rotator)] == [1, 1]
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE data_keys SET active_from = now()"))
    sealed = await _seal(database, tenant, TenantSealers(kms))
    assert sealed[7] == 2
    assert await _open(database, tenant, old, sealed) == "hush"


async def test_a_key_that_cannot_be_unwrapped_leaves_the_others(database: Database, tenant: UUID) -> None:
    """What the other keys have sealed is still opened, and they go on sealing."""
    kms = forgetful_kms()
    sealed = await _seal(database, tenant, TenantSealers(kms))
    async with database.session(tenant) as session:
        stray = {"provider": "gone", "master": "m", "wrapped": b""}
        await data_keys.add(session, new_id(), purpose=KeyPurpose.SEAL, number=2, **stray)  # type: ignore[arg-type] # one dictionary for three types
    sealers = TenantSealers(kms)
    assert await _open(database, tenant, sealers, sealed) == "hush"
    assert (await _seal(database, tenant, sealers))[7] == 1


async def test_what_the_machine_has_sealed_is_opened(database: Database, tenant: UUID) -> None:
    """Secrets from before tenants had keys are not lost."""
    key = new_token("plq")
    sealed = Sealer(key).seal("hush", PLACE)
    assert await _open(database, tenant, TenantSealers(forgetful_kms(), before=key), sealed) == "hush"


async def test_nobody_has_no_sealer(database: Database) -> None:
    """A transaction that sees nobody's rows has no keys either."""
    async with database.session(None) as session:
        with pytest.raises(NotFoundError):
            await TenantSealers(forgetful_kms()).of(session)
