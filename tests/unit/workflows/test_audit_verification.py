"""Verification of a real chain that somebody has meddled with, past every right and trigger."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from audit_keys import KeyList
from plimsoll.data.checkpoint_files import CheckpointFiles
from plimsoll.data.store import audit_seals
from plimsoll.data.store.database import Database
from plimsoll.security.audit_chain import AuditKey, Checkpoint
from plimsoll.security.tokens import new_token
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.audit_sealing import AuditKeeping, AuditSealer, event_document
from plimsoll.workflows.audit_verification import Verification, verify
from postgres import execute

pytestmark = pytest.mark.anyio

KEY = AuditKey(new_token("pla"))
COUNT = 10
# What somebody may do who owns the database; "{id}" is that of the event at the place.
TAMPERING = {
    "an action is edited": ("UPDATE audit_events SET action = 'x' WHERE id = '{id}'", 4),
    "an actor is edited": ("UPDATE audit_events SET actor = 'user:2' WHERE id = '{id}'", 4),
    "a detail is edited": ("UPDATE audit_events SET detail = '{{\"n\": 99}}' WHERE id = '{id}'", 4),
    "a time is edited": (
        "UPDATE audit_events SET recorded_at = recorded_at + interval '1 microsecond' WHERE id = '{id}'",
        4,
    ),
    "an event is removed": ("DELETE FROM audit_events WHERE id = '{id}'", 4),
    "a seal is removed": ("DELETE FROM audit_seals WHERE sequence = 4", 4),
    "event and seal are removed": (
        "DELETE FROM audit_events WHERE id = '{id}'; DELETE FROM audit_seals WHERE sequence = 4",
        4,
    ),
    "the hole is closed": (
        (
            "DELETE FROM audit_events WHERE id = '{id}'; DELETE FROM audit_seals WHERE sequence = 4;"
            " UPDATE audit_seals SET sequence = -sequence WHERE sequence > 4;"
            " UPDATE audit_seals SET sequence = -sequence - 1 WHERE sequence < 0"
        ),
        4,
    ),
    "two are exchanged": (
        (
            "UPDATE audit_seals SET sequence = 0 WHERE sequence = 4;"
            " UPDATE audit_seals SET sequence = 4 WHERE sequence = 7;"
            " UPDATE audit_seals SET sequence = 7 WHERE sequence = 0"
        ),
        4,
    ),
    "a digest is edited": ("UPDATE audit_seals SET digest = '\\x00' WHERE sequence = 4", 4),
    "the end is cut off": (
        (
            "DELETE FROM audit_seals WHERE sequence > 7;"
            " DELETE FROM audit_events WHERE id NOT IN (SELECT event_id FROM audit_seals)"
        ),
        8,
    ),
    "all is gone": ("TRUNCATE audit_seals, audit_events, audit_unsealed", 1),
    "the beginning is gone": ("DELETE FROM audit_seals WHERE sequence < 4", 1),
    "a seal is taken back": (
        "DELETE FROM audit_seals WHERE sequence = 10; DELETE FROM audit_unsealed",
        10,
    ),
}


async def _write(database: Database, tenant: UUID, number: int) -> None:
    async with database.session(tenant) as session:
        await record(
            session, AuditAction.PORTFOLIO_CHANGED, actor=None, subject=str(number), detail={"n": number}
        )


async def _sealed(database: Database, tenant: UUID, folder: Path, count: int = COUNT) -> CheckpointFiles:
    for number in range(count):
        await _write(database, tenant, number)
    store = CheckpointFiles(folder)
    assert await AuditSealer(database, AuditKeeping(KEY, (store,))).seal_waiting() == count
    return store


async def _verify(database: Database, tenant: UUID, store: CheckpointFiles) -> Verification:
    return await verify(database, tenant, AuditKeeping(KEY, (store,)))


def _meddle(url: str, statements: str) -> None:
    execute(url, f"SET session_replication_role = replica; {statements}")


async def test_an_untouched_chain_is_well(database: Database, tenant: UUID, tmp_path: Path) -> None:
    """Every event is counted once, and nothing is found."""
    store = await _sealed(database, tenant, tmp_path)
    await _write(database, tenant, COUNT)
    found = await _verify(database, tenant, store)
    assert (found.sealed, found.waiting, found.checkpoints, found.flaws) == (COUNT, 1, 1, ())
    assert found.first_bad is None


@pytest.mark.parametrize("what", TAMPERING)
async def test_meddling_is_found_where_it_begins(
    database: Database, tenant: UUID, tmp_path: Path, database_url: str, what: str
) -> None:
    """Whatever somebody does to events or seals, the first bad place is named."""
    store = await _sealed(database, tenant, tmp_path)
    async with database.session(tenant) as session:
        found = await session.execute(text("SELECT event_id FROM audit_seals WHERE sequence = 4"))
        event = found.scalar_one()
    statements, first_bad = TAMPERING[what]
    _meddle(database_url, statements.format(id=event))
    assert (await _verify(database, tenant, store)).first_bad == first_bad


async def test_sixteen_writers_make_one_chain(database: Database, tenant: UUID, tmp_path: Path) -> None:
    """While sixteen write and two seal, no place is given twice and none is left out."""
    store = CheckpointFiles(tmp_path)
    sealers = [AuditSealer(database, AuditKeeping(KEY, (store,))) for _ in range(2)]
    done = False

    async def write(writer: int) -> None:
        for number in range(20):
            await _write(database, tenant, 100 * writer + number)

    async def seal(sealer: AuditSealer) -> int:
        total = 0
        while not done:
            total += await sealer.seal_waiting()
            await asyncio.sleep(0.01)
        return total

    sealing = [asyncio.create_task(seal(sealer)) for sealer in sealers]
    await asyncio.gather(*map(write, range(16)))
    done = True
    total = sum(await asyncio.gather(*sealing)) + await sealers[0].seal_waiting()
    found = await _verify(database, tenant, store)
    assert (total, found.sealed, found.waiting, found.flaws) == (320, 320, 0, ())


async def test_chains_of_tenants_are_apart(
    database: Database, tenant: UUID, other_tenant: UUID, tmp_path: Path, database_url: str
) -> None:
    """Meddling with the one is no flaw of the other, and a chain cannot be passed off as another's."""
    store = await _sealed(database, tenant, tmp_path, 3)
    await _sealed(database, other_tenant, tmp_path, 3)
    whose = f"tenant_id = '{other_tenant}'"
    _meddle(database_url, f"UPDATE audit_events SET action = 'x' WHERE {whose}")  # noqa: S608 - an id of ours
    assert (await _verify(database, tenant, store)).flaws == ()
    assert (await _verify(database, other_tenant, store)).first_bad == 1


async def test_another_key_fits_nothing(database: Database, tenant: UUID, tmp_path: Path) -> None:
    """Whoever seals anew without the key is found out at the first place."""
    store = await _sealed(database, tenant, tmp_path, 3)
    found = await verify(database, tenant, AuditKeeping(AuditKey(new_token("pla")), (store,)))
    assert found.first_bad == 1
    assert "another key" in found.flaws[0].reason


async def test_a_chain_is_verified_across_its_keys(
    database: Database, tenant: UUID, tmp_path: Path, database_url: str
) -> None:
    """Each key verifies its part and its checkpoints; one that was replaced seals nothing afterwards."""
    source, store = KeyList([new_token("pla")]), CheckpointFiles(tmp_path)
    keeping = AuditKeeping.by(source, (store,))
    for number in range(3):
        for _ in range(2):
            await _write(database, tenant, number)
        await AuditSealer(database, keeping).seal_waiting()
        source.add(new_token("pla"))
    found = await verify(database, tenant, keeping)
    assert (found.sealed, found.flaws) == (6, ())
    stolen = AuditKey(source.keys[-1])
    async with database.session(tenant) as session:
        links = await audit_seals.chain(session, after=0, limit=9)
    for link, event in ((links[1], links[1].event), (links[5], links[5].event)):
        assert event is not None
        document = event_document(tenant, link.seal.sequence, event)
        before = links[link.seal.sequence - 2].seal.digest
        forged = stolen.seal(before, document).hex()
        _meddle(
            database_url,
            f"UPDATE audit_seals SET key_id = '{stolen.key_id}', digest = '\\x{forged}'"  # noqa: S608 - ours
            f" WHERE sequence = {link.seal.sequence}",
        )
    found = await verify(database, tenant, keeping)
    assert found.first_bad == 6
    assert any("replaced before" in flaw.reason for flaw in found.flaws)


async def test_a_forged_checkpoint_is_a_flaw(database: Database, tenant: UUID, tmp_path: Path) -> None:
    """One that the key has not signed, or that is no checkpoint at all, is named and not believed."""
    store = await _sealed(database, tenant, tmp_path, 3)
    (genuine,) = await store.documents(str(tenant))
    forged = json.dumps({**json.loads(genuine), "sequence": 2}).encode()
    await store.put(str(tenant), "2000-01-01T00", forged)
    await store.put(str(tenant), "2000-01-01T01", b"{")
    found = await _verify(database, tenant, store)
    assert [flaw.sequence for flaw in found.flaws] == [0, 2]
    assert (found.checkpoints, found.first_bad) == (1, 2)


async def test_a_chain_sealed_anew_contradicts_its_checkpoint(
    database: Database, tenant: UUID, tmp_path: Path, database_url: str
) -> None:
    """Cutting off the end and having new events sealed hides nothing: the checkpoint knew other digests."""
    store = await _sealed(database, tenant, tmp_path)
    before: Callable[[], bytes] = (next((tmp_path / str(tenant)).glob("*.json"))).read_bytes
    evidence = before()
    _meddle(database_url, TAMPERING["the end is cut off"][0])
    for number in range(5):
        await _write(database, tenant, number)
    await AuditSealer(database, AuditKeeping(KEY, (store,))).seal_waiting()
    found = await _verify(database, tenant, store)
    assert found.first_bad == COUNT
    assert found.flaws[0].reason.startswith("the checkpoint of")
    assert before() == evidence, "the sealer keeps the last good checkpoint"
    assert KEY.is_genuine(Checkpoint.read(evidence))
