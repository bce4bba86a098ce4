"""Data keys made anew, on a real database."""

import asyncio
from uuid import UUID

import pytest

from plimsoll.data.store import data_keys
from plimsoll.data.store.database import Database
from plimsoll.errors import ConflictError, UnavailableError
from plimsoll.security.kms import Kms, LocalKms
from plimsoll.workflows.data_key_rotation import ACTIVE_AFTER, rotate, seal_anew, sealing_state
from plimsoll.workflows.jobs import page
from plimsoll.workflows.tenant_sealers import TenantSealers, forgetful_kms

pytestmark = pytest.mark.anyio


async def test_a_new_key_comes_with_its_job(database: Database, tenant: UUID) -> None:
    """The key seals a little later, and the job begins only then; a second one has to wait."""
    sealers = TenantSealers(forgetful_kms())
    async with database.session(tenant) as session:
        job = await rotate(session, sealers, created_by="me")
    async with database.session(tenant) as session:
        _, first, second = await data_keys.load(session)
        assert (first.number, second.number) == (1, 2)
        assert 0 < second.waits <= ACTIVE_AFTER.total_seconds()
        assert job.run_at > second.active_from
        assert (await sealing_state(session, sealers)).number == 1
        with pytest.raises(ConflictError, match="on its way"):
            await rotate(session, sealers, created_by="me")
    assert [one.id for one in await page(database, tenant, after=None, limit=9)] == [job.id]


async def test_of_many_rotations_one_happens(database: Database, tenant: UUID) -> None:
    """Eight at once make one key."""

    async def attempt() -> bool:
        try:
            async with database.session(tenant) as session:
                await rotate(session, TenantSealers(kms), created_by="me")
        except ConflictError:
            return False
        return True

    kms = forgetful_kms()
    async with database.session(tenant) as session:
        await TenantSealers(kms).of(session)
    assert sum(await asyncio.gather(*(attempt() for _ in range(8)))) == 1


async def test_the_state_says_what_is_to_be_done(database: Database, tenant: UUID) -> None:
    """Keys, columns and the master key; without the master key it says why."""

    def read() -> list[str]:
        raise UnavailableError("the key file is gone")

    sealers = TenantSealers(forgetful_kms())
    async with database.session(tenant) as session:
        await sealers.of(session)
    async with database.session(tenant) as session:
        state = await sealing_state(session, sealers)
        assert (state.provider, state.problem, len(state.keys)) == ("local", "", 2)
        assert {key.master for key in state.keys} == {state.master}
        assert {column.name for column in state.columns} >= {"channels.url", "webhooks.old_secret"}
        sealers.kms = Kms(LocalKms(read))
        state = await sealing_state(session, sealers)
    assert (state.master, state.problem) == (None, "the key file is gone")


async def test_sealing_anew_is_put_down_once(database: Database, tenant: UUID) -> None:
    """While one job waits, asking again gives the same."""
    async with database.session(tenant) as session:
        first, second = [await seal_anew(session, created_by="me") for _ in range(2)]
    assert first.id == second.id
