"""Seals of security events as stored: one chain for each tenant, made by one sealer at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, delete, func, insert, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.audit_events import AUDIT_COLUMNS, AuditRecord
from plimsoll.data.store.audit_rows import AuditEventRow, AuditSealRow, AuditUnsealedRow

__all__ = [
    "Link",
    "Seal",
    "add",
    "at",
    "chain",
    "head",
    "lead",
    "never_sealed",
    "tenants_waiting",
    "waiting",
    "waiting_count",
]

_LEAD = text(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('audit ' || current_setting('plimsoll.tenant'), 0))"
)
_TENANTS = text("SELECT plimsoll_unsealed_tenants()")
_NEVER = text("""
    SELECT count(*) FROM audit_events AS event
    WHERE NOT EXISTS (SELECT FROM audit_seals WHERE event_id = event.id)
        AND NOT EXISTS (SELECT FROM audit_unsealed WHERE event_id = event.id)
""")
_SEAL = (AuditSealRow.sequence, AuditSealRow.event_id, AuditSealRow.key_id, AuditSealRow.digest)


@dataclass(frozen=True, slots=True)
class Seal:
    """A place in the chain.

    Parameters
    ----------
    sequence
        From 1 for each tenant, without gaps.
    event_id
        Of the event that was sealed.
    key_id
        By which key; see :class:`plimsoll.security.audit_chain.AuditKey`.
    digest
        Of the event and all before it.
    """

    sequence: int
    event_id: UUID
    key_id: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Link:
    """A seal and its event; None where the event is gone."""

    seal: Seal
    event: AuditRecord | None


async def tenants_waiting(session: AsyncSession) -> list[UUID]:
    """Return the tenants that have events without a seal; a session of no tenant will do."""
    return list((await session.execute(_TENANTS)).scalars())


async def lead(session: AsyncSession) -> bool:
    """Return whether the transaction is the only one that seals for its tenant until it ends."""
    return bool((await session.execute(_LEAD)).scalar_one())


async def head(session: AsyncSession) -> Seal | None:
    """Return the last seal of the chain; None for a chain that has not begun."""
    query = select(*_SEAL).order_by(AuditSealRow.sequence.desc()).limit(1)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else Seal(*row)


async def at(session: AsyncSession, sequence: int) -> Seal | None:
    """Return the seal of a place in the chain."""
    row = (await session.execute(select(*_SEAL).where(AuditSealRow.sequence == sequence))).one_or_none()
    return None if row is None else Seal(*row)


async def waiting(session: AsyncSession, *, limit: int) -> list[AuditRecord]:
    """Return events that wait for a seal, the first recorded first."""
    # By their ids, which are times too: the index gives the first ones, however many wait.
    first = select(AuditUnsealedRow.event_id).order_by(AuditUnsealedRow.event_id).limit(limit)
    events = await _events(session, list((await session.execute(first)).scalars()))
    return sorted(events.values(), key=lambda event: (event.recorded_at, event.id))


async def waiting_count(session: AsyncSession) -> int:
    """Return how many events wait for a seal."""
    return (await session.execute(select(func.count()).select_from(AuditUnsealedRow))).scalar_one()


async def never_sealed(session: AsyncSession) -> int:
    """Return how many events have no seal and do not wait for one either: there should be none."""
    return int((await session.execute(_NEVER)).scalar_one())


async def add(session: AsyncSession, seals: Sequence[Seal]) -> None:
    """Store seals; their events wait no longer."""
    rows = [
        {"sequence": one.sequence, "event_id": one.event_id, "key_id": one.key_id, "digest": one.digest}
        for one in seals
    ]
    await session.execute(insert(AuditSealRow), rows)
    sealed = [one.event_id for one in seals]
    await session.execute(delete(AuditUnsealedRow).where(AuditUnsealedRow.event_id.in_(sealed)))


async def chain(session: AsyncSession, *, after: int, limit: int) -> list[Link]:
    """Return the first `limit` places of the chain after one, 0 before the first, with their events."""
    query = select(*_SEAL).where(AuditSealRow.sequence > after).order_by(AuditSealRow.sequence).limit(limit)
    seals = [Seal(*row) for row in await session.execute(query)]
    events = await _events(session, [seal.event_id for seal in seals])
    return [Link(seal, events.get(seal.event_id)) for seal in seals]


async def _events(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, AuditRecord]:
    """Return events by id; in a query of their own, which goes by the index whatever the planner knows."""
    query = select(*AUDIT_COLUMNS).where(AuditEventRow.id == any_(literal(list(ids), ARRAY(Uuid))))
    return {row.id: AuditRecord(*row) for row in await session.execute(query)} if ids else {}
