"""Sealing on a real database: in one order, by one process at a time, with checkpoints and detection."""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest

from audit_keys import KeyList
from plimsoll.data.checkpoint_files import CheckpointFiles
from plimsoll.data.store import alerts, audit_seals
from plimsoll.data.store.alerts import AlertRecord, AlertStatus
from plimsoll.data.store.database import Database
from plimsoll.errors import UnavailableError
from plimsoll.security.audit_chain import ANCHOR, AuditKey, Checkpoint
from plimsoll.security.tokens import new_token
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.audit_sealing import AuditKeeping, AuditSealer, chained, event_document
from postgres import execute

pytestmark = pytest.mark.anyio

KEY = AuditKey(new_token("pla"))
CUT = """
SET session_replication_role = replica;
DELETE FROM audit_seals WHERE sequence > 2;
DELETE FROM audit_events WHERE id NOT IN (SELECT event_id FROM audit_seals);
"""


async def _write(
    database: Database, tenant: UUID, action: AuditAction = AuditAction.SIGN_OUT, count: int = 1
) -> None:
    for number in range(count):
        async with database.session(tenant) as session:
            await record(session, action, actor=None, subject=f"subject {number}")


async def _alert(database: Database, tenant: UUID, key: str) -> AlertRecord | None:
    async with database.session(tenant) as session:
        return await alerts.latest(session, key)


class _Full:
    """A store that refuses for a while."""

    every_seconds = 0.0

    def __init__(self) -> None:
        self.full = True
        self.kept: list[bytes] = []

    async def put(self, tenant: str, made_at: str, document: bytes) -> None:  # noqa: ARG002 - as the protocol has it
        """Keep a checkpoint, or refuse."""
        if self.full:
            raise UnavailableError("there is no room")
        self.kept.append(document)

    async def documents(self, tenant: str) -> list[bytes]:  # noqa: ARG002 - as the protocol has it
        """Return what was kept."""
        return self.kept

    async def latest(self, tenant: str) -> bytes | None:  # noqa: ARG002 - as the protocol has it
        """Return what was kept last."""
        return self.kept[-1] if self.kept else None


async def test_seals_follow_each_other(database: Database, tenant: UUID) -> None:
    """Places are 1, 2, 3, also over several rounds, and each digest is made with the one before."""
    await _write(database, tenant, count=2)
    sealer = AuditSealer(database, AuditKeeping(KEY))
    assert await sealer.seal_waiting() == 2
    await _write(database, tenant)
    assert await sealer.seal_waiting() == 1
    assert await sealer.seal_waiting() == 0
    async with database.session(tenant) as session:
        links = await audit_seals.chain(session, after=0, limit=10)
    digest = ANCHOR
    for number, link in enumerate(links, 1):
        assert link.event is not None
        digest = KEY.seal(digest, event_document(tenant, number, link.event))
        assert (link.seal.sequence, link.seal.digest, link.seal.key_id) == (number, digest, KEY.key_id)
    assert len(links) == 3


async def test_what_is_sealed_is_all_there_is(database: Database, tenant: UUID) -> None:
    """Every column of an event is in its document; the time has microseconds and a Z."""
    await _write(database, tenant)
    async with database.session(tenant) as session:
        (event,) = await audit_seals.waiting(session, limit=1)
    document = event_document(tenant, 1, event)
    assert set(document) == {"tenant", "sequence", *event.__dataclass_fields__}
    assert len(document["recorded_at"]) == len("2026-01-02T03:04:05.000006Z")
    assert chained(KEY, tenant, None, [event])[0].sequence == 1


async def test_another_process_at_it_is_left_alone(database: Database, tenant: UUID) -> None:
    """While one transaction leads, another sealer does nothing; afterwards it goes on."""
    await _write(database, tenant)
    sealer = AuditSealer(database, AuditKeeping(KEY))
    async with database.session(tenant) as session:
        assert await audit_seals.lead(session)
        assert await sealer.seal_tenant(tenant) == 0
    assert await sealer.seal_tenant(tenant) == 1


async def test_a_chain_of_another_key_is_left_alone(database: Database, tenant: UUID) -> None:
    """Two keys would make it of no use: nothing is sealed, and people are told once."""
    await _write(database, tenant, count=2)
    await AuditSealer(database, AuditKeeping(KEY)).seal_waiting()
    await _write(database, tenant)
    other = AuditSealer(database, AuditKeeping(AuditKey(new_token("pla"))))
    assert [await other.seal_waiting() for _ in range(2)] == [0, 0]
    raised = await _alert(database, tenant, "audit/key")
    assert raised is not None
    assert (raised.count, KEY.key_id in raised.detail) == (1, True)


async def test_a_chain_goes_on_with_another_key(database: Database, tenant: UUID, tmp_path: Path) -> None:
    """A sealer that runs finds it before its next round; one whose keys are older leaves the chain alone."""
    source = KeyList([new_token("pla")])
    sealer = AuditSealer(database, AuditKeeping.by(source, (CheckpointFiles(tmp_path),)))
    old = AuditSealer(database, AuditKeeping(AuditKey(source.keys[0])))
    await _write(database, tenant)
    await sealer.seal_waiting()
    source.add(new_token("pla"))
    await _write(database, tenant)
    assert await sealer.seal_waiting() == 1
    await _write(database, tenant)
    assert await old.seal_waiting() == 0
    assert await _alert(database, tenant, "audit/key") is not None
    assert await sealer.seal_waiting() == 1
    async with database.session(tenant) as session:
        links = await audit_seals.chain(session, after=0, limit=9)
    names = [AuditKey(key).key_id for key in reversed(source.keys)]
    assert [link.seal.key_id for link in links] == [names[0], names[1], names[1]]


async def test_a_checkpoint_says_how_far_it_got(database: Database, tenant: UUID, tmp_path: Path) -> None:
    """It names the last place and its digest, signed."""
    store = CheckpointFiles(tmp_path)
    await _write(database, tenant, count=3)
    await AuditSealer(database, AuditKeeping(KEY, (store,))).seal_waiting()
    (document,) = await store.documents(str(tenant))
    checkpoint = Checkpoint.read(document)
    async with database.session(tenant) as session:
        last = await audit_seals.head(session)
    assert last is not None
    assert (checkpoint.sequence, checkpoint.digest) == (3, last.digest.hex())
    assert KEY.is_genuine(checkpoint)


async def test_a_store_that_refuses_is_an_alert(database: Database, tenant: UUID) -> None:
    """Sealing goes on, people are told, and once it works again the alert is settled."""
    store = _Full()
    sealer = AuditSealer(database, AuditKeeping(KEY, (store,)))
    await _write(database, tenant)
    assert await sealer.seal_waiting() == 1
    raised = await _alert(database, tenant, "audit/checkpoints/0")
    assert raised is not None
    assert (raised.status, "no room" in raised.detail) == (AlertStatus.OPEN, True)
    store.full = False
    await _write(database, tenant)
    await sealer.seal_waiting()
    settled = await _alert(database, tenant, "audit/checkpoints/0")
    assert settled is not None
    assert settled.status is AlertStatus.RESOLVED


async def test_a_chain_that_was_cut_is_noticed_while_sealing(
    database: Database, tenant: UUID, tmp_path: Path, database_url: str
) -> None:
    """The next event that is sealed makes a critical alert of it, once."""
    store = CheckpointFiles(tmp_path)
    sealer = AuditSealer(database, AuditKeeping(KEY, (store,)))
    await _write(database, tenant, count=5)
    await sealer.seal_waiting()
    execute(database_url, CUT)
    for _ in range(2):
        await _write(database, tenant)
        await sealer.seal_waiting()
    raised = await _alert(database, tenant, "security/audit-broken/all")
    assert raised is not None
    assert (raised.severity.value, raised.count) == ("critical", 1)


async def test_chains_to_which_nothing_is_added_are_looked_at_too(
    database: Database, tenant: UUID, tmp_path: Path, database_url: str
) -> None:
    """A minute after the last event somebody still notices that all is gone."""
    now = 0.0
    sealer = AuditSealer(database, AuditKeeping(KEY, (CheckpointFiles(tmp_path),)), clock=lambda: now)
    await _write(database, tenant)
    await sealer.seal_waiting()
    execute(
        database_url,
        "SET session_replication_role = replica; DELETE FROM audit_seals; DELETE FROM audit_events",
    )
    assert await sealer.seal_waiting() == 0
    now = 61.0
    assert await sealer.seal_waiting() == 1  # the event that says so
    assert await _alert(database, tenant, "security/audit-broken/all") is not None


async def test_events_are_looked_at_once(database: Database, tenant: UUID) -> None:
    """What a rule waits for becomes an alert when it is sealed, and is not counted again later."""
    sealer = AuditSealer(database, AuditKeeping(KEY))
    await _write(database, tenant, AuditAction.KEY_CANARY_USED)
    await sealer.seal_waiting()
    await sealer.seal_waiting()
    raised = await _alert(database, tenant, "security/canary/subject 0")
    assert raised is not None
    assert raised.count == 1


async def test_it_runs_until_it_is_told_to_stop(database: Database, tenant: UUID) -> None:
    """What comes while it runs is sealed within a moment, and a stop ends it."""
    stop = asyncio.Event()
    running = asyncio.create_task(AuditSealer(database, AuditKeeping(KEY), every_seconds=0.02).run(stop))
    await _write(database, tenant)
    async with asyncio.timeout(20):
        while True:
            async with database.session(tenant) as session:
                if await audit_seals.head(session) is not None:
                    break
            await asyncio.sleep(0.02)
    stop.set()
    await asyncio.wait_for(running, 5)


async def test_a_database_that_is_gone_is_waited_for() -> None:
    """The sealer goes on trying, and stops when it is told to."""
    gone = Database("postgresql://nobody@127.0.0.1:1/none", connect_seconds=1)
    stop = asyncio.Event()
    running = asyncio.create_task(AuditSealer(gone, AuditKeeping(KEY), every_seconds=0.01).run(stop))
    await asyncio.sleep(0.1)
    assert not running.done()
    stop.set()
    await asyncio.wait_for(running, 10)
    await gone.dispose()
