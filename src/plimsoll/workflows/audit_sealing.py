"""Sealing: one process at a time chains the events of a tenant and signs how far it got."""

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import audit_seals
from plimsoll.data.store.audit_events import AuditRecord
from plimsoll.data.store.audit_seals import Seal
from plimsoll.data.store.database import Database
from plimsoll.errors import PlimsollError, UnavailableError
from plimsoll.security.audit_chain import ANCHOR, AuditKey, Checkpoint
from plimsoll.workflows.alerts import AlertKind, Severity, raise_alert, resolve_alert
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.detection import detect

__all__ = ["AuditKeeping", "AuditKeys", "AuditSealer", "CheckpointStore", "chained", "event_document"]

_LOG = structlog.get_logger(__name__)
_AT_ONCE = 500
_OTHER_KEY = "audit/key"
_LOOK_SECONDS = 60.0  # between two looks at chains to which nothing is added


class CheckpointStore(Protocol):
    """Where checkpoints are kept, out of reach of whoever may change the database."""

    @property
    def every_seconds(self) -> float:
        """Least time between two of a tenant."""

    async def put(self, tenant: str, made_at: str, document: bytes) -> None:
        """Keep a checkpoint."""

    async def documents(self, tenant: str) -> list[bytes]:
        """Return all of a tenant, oldest first."""

    async def latest(self, tenant: str) -> bytes | None:
        """Return the last one of a tenant."""


class AuditKeys(Protocol):
    """Where the keys are."""

    def read(self) -> Sequence[str]:
        """Return all, the one that seals first."""

    def add(self, key: str) -> None:
        """Let another one seal from now on."""


@dataclass(frozen=True, slots=True)
class AuditKeeping:
    """What vouches for a chain.

    Parameters
    ----------
    key
        Seals and signs.
    stores
        Where checkpoints go; the first one is also asked whether the chain is still what it was.
    earlier
        Keys that have sealed before, the last one first: what they have sealed counts, and no more is.
    source
        Where the keys come from; None for keys that never change.
    """

    key: AuditKey
    stores: tuple[CheckpointStore, ...] = ()
    earlier: tuple[AuditKey, ...] = ()
    source: AuditKeys | None = None

    @classmethod
    def by(cls, source: AuditKeys, stores: tuple[CheckpointStore, ...] = ()) -> "AuditKeeping":
        """Return what vouches by the keys of a place.

        Raises
        ------
        UnavailableError
            If there is none that can be used.
        """
        key, *earlier = map(AuditKey, source.read())
        return cls(key, stores, tuple(earlier), source)

    def now(self) -> "AuditKeeping":
        """Return the same with the keys as they are at this moment: somebody may have rotated them.

        Raises
        ------
        UnavailableError
            As for `by`.
        """
        return self if self.source is None else AuditKeeping.by(self.source, self.stores)

    def age_of(self, key_id: str) -> int | None:
        """Return how many keys came after one; None for a key that is none of these."""
        keys = [key.key_id for key in (self.key, *self.earlier)]
        return keys.index(key_id) if key_id in keys else None

    def key_of(self, key_id: str) -> AuditKey | None:
        """Return a key by its name; None for one that is none of these."""
        age = self.age_of(key_id)
        return None if age is None else (self.key, *self.earlier)[age]

    def is_genuine(self, checkpoint: Checkpoint) -> bool:
        """Return whether one of the keys has signed this very checkpoint."""
        key = self.key_of(checkpoint.key_id)
        return key is not None and key.is_genuine(checkpoint)


class AuditSealer:
    """Seals the events of all tenants of a database.

    Parameters
    ----------
    database
        Where the events are; closed by whoever opened it.
    keeping
        With what.
    every_seconds
        Between two looks for events that wait.
    clock
        Seconds that only grow.
    """

    def __init__(
        self,
        database: Database,
        keeping: AuditKeeping,
        *,
        every_seconds: float = 0.5,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._keeping = keeping
        self._stores = keeping.stores
        self._every_seconds = every_seconds
        self._clock = clock
        self._looked_at: dict[UUID, float] = {}
        self._told: set[UUID] = set()
        self._other_key: set[UUID] = set()
        self._due: dict[tuple[int, UUID], float] = {}
        self._failed: set[tuple[int, UUID]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Seal what waits until told to stop; a database that is gone is waited for."""
        while not stop.is_set():
            try:
                await self.seal_waiting()
            except PlimsollError as error:
                _LOG.warning("the audit waits to be sealed", error=error.message)
            except Exception as error:  # noqa: BLE001 - whatever happens, the next events are to be sealed
                _LOG.error("the audit cannot be sealed", error=f"{type(error).__name__}: {error}")
            try:
                async with asyncio.timeout(self._every_seconds):
                    await stop.wait()
            except TimeoutError:
                pass

    async def seal_waiting(self) -> int:
        """Seal all that waits, of all tenants, and return how many events that were.

        Raises
        ------
        UnavailableError
            If the database cannot be reached.
        """
        self._keeping = self._keeping.now()
        async with self._database.session(None) as session:
            tenants = set(await audit_seals.tenants_waiting(session))
        old = self._clock() - _LOOK_SECONDS
        tenants |= {tenant for tenant, at in self._looked_at.items() if at <= old}
        total = 0
        for tenant in sorted(tenants):
            while count := await self.seal_tenant(tenant):
                total += count
                if count < _AT_ONCE:
                    break
        return total

    async def seal_tenant(self, tenant: UUID) -> int:
        """Seal up to 500 events of a tenant and return how many.

        None are sealed while another process is at it, or where the chain was made with a key of others.

        Raises
        ------
        UnavailableError
            If the database cannot be reached.
        """
        known = await self._last_known(tenant)
        self._looked_at[tenant] = self._clock()
        async with self._database.session(tenant) as session:
            if not await audit_seals.lead(session):
                return 0
            fits = await _fits(session, known)
            if known is not None and not fits and tenant not in self._told:
                self._told.add(tenant)
                await _tell_broken(session, tenant, known)
            last = await audit_seals.head(session)
            if last is not None and self._keeping.key_of(last.key_id) is None:
                await self._tell_other_key(session, tenant, last)
                return 0
            if tenant in self._other_key:
                self._other_key.discard(tenant)
                await resolve_alert(session, _OTHER_KEY)
            events = await audit_seals.waiting(session, limit=_AT_ONCE)
            seals = chained(self._keeping.key, tenant, last, events)
            if seals:
                await audit_seals.add(session, seals)
                await detect(session, events)
        # What contradicts a checkpoint gets none: the last good one is the evidence.
        if seals and fits:
            await self._keep(tenant, seals[-1])
        return len(seals)

    async def _last_known(self, tenant: UUID) -> Checkpoint | None:
        """Return the last checkpoint of the first store; None where there is none that can be used."""
        if not self._stores:
            return None
        try:
            found = await self._stores[0].latest(str(tenant))
            checkpoint = None if found is None else Checkpoint.read(found)
        except (UnavailableError, ValueError):
            return None  # verification says what is wrong with it
        return checkpoint if checkpoint is not None and self._keeping.is_genuine(checkpoint) else None

    async def _keep(self, tenant: UUID, last: Seal) -> None:
        """Put a signed checkpoint into each store that is due."""
        made_at = _instant(dt.datetime.now(dt.UTC))
        checkpoint = self._keeping.key.checkpoint(
            tenant=str(tenant), sequence=last.sequence, digest=last.digest, made_at=made_at
        )
        for number, store in enumerate(self._stores):
            place, now = (number, tenant), self._clock()
            if now < self._due.get(place, now):
                continue
            self._due[place] = now + store.every_seconds
            try:
                await store.put(str(tenant), made_at, checkpoint.document())
            except UnavailableError as error:
                _LOG.error("a checkpoint of the audit cannot be kept", error=error.message)
                self._failed.add(place)
                await self._tell_unkept(tenant, number, error)
                continue
            if place in self._failed:
                self._failed.discard(place)
                async with self._database.session(tenant) as session:
                    await resolve_alert(session, _store_key(number))

    async def _tell_other_key(self, session: AsyncSession, tenant: UUID, last: Seal) -> None:
        """Leave a chain to whoever has its key, and say so once: two keys would make it of no use."""
        if tenant not in self._other_key:
            self._other_key.add(tenant)
            _LOG.error("the audit is sealed with another key", tenant=str(tenant), key=last.key_id)
            await raise_alert(
                session,
                key=_OTHER_KEY,
                kind=AlertKind.SYSTEM,
                severity=Severity.CRITICAL,
                title="The audit is sealed with another key",
                detail="A process with another audit key runs, or the file with the key was lost or replaced."
                f" The chain goes on once the key {last.key_id} is back.",
            )

    async def _tell_unkept(self, tenant: UUID, number: int, error: UnavailableError) -> None:
        async with self._database.session(tenant) as session:
            await raise_alert(
                session,
                key=_store_key(number),
                kind=AlertKind.SYSTEM,
                severity=Severity.WARNING,
                title="Checkpoints of the audit cannot be kept",
                detail=str(error),
            )


def event_document(tenant: UUID, sequence: int, event: AuditRecord) -> dict[str, Any]:
    """Return all there is to know of an event, as it is sealed.

    Parameters
    ----------
    tenant, sequence
        Whose, and its place in the chain.
    event
        As it is stored.
    """
    recorded_at = event.recorded_at.astimezone(dt.UTC)
    return {
        "tenant": str(tenant),
        "sequence": sequence,
        "id": str(event.id),
        "recorded_at": _instant(recorded_at),
        "action": event.action,
        "actor": event.actor,
        "actor_name": event.actor_name,
        "session_id": None if event.session_id is None else str(event.session_id),
        "subject": event.subject,
        "detail": event.detail,
        "address": event.address,
        "request_id": event.request_id,
    }


def chained(key: AuditKey, tenant: UUID, last: Seal | None, events: Sequence[AuditRecord]) -> list[Seal]:
    """Return the seals of events that follow the last one sealed.

    Parameters
    ----------
    key
        Seals.
    tenant
        Whose.
    last
        The end of the chain; None where it begins.
    events
        In their order.
    """
    seals = []
    sequence, digest = (0, ANCHOR) if last is None else (last.sequence, last.digest)
    for event in events:
        sequence += 1
        digest = key.seal(digest, event_document(tenant, sequence, event))
        seals.append(Seal(sequence, event.id, key.key_id, digest))
    return seals


def _instant(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"


def _store_key(number: int) -> str:
    return f"audit/checkpoints/{number}"


async def _fits(session: AsyncSession, known: Checkpoint | None) -> bool:
    """Return whether the chain in the database is still the one that was there at a checkpoint."""
    if known is None:
        return True
    there = await audit_seals.at(session, known.sequence)
    return there is not None and there.digest.hex() == known.digest


async def _tell_broken(session: AsyncSession, tenant: UUID, known: Checkpoint) -> None:
    """Write down that the chain is not what it was; a rule makes an alert of it."""
    _LOG.error("the audit was changed", tenant=str(tenant), sequence=known.sequence)
    detail = {"sequence": known.sequence, "checkpoint": known.made_at}
    await record(session, AuditAction.AUDIT_BROKEN, actor=None, subject=tenant, detail=detail)
