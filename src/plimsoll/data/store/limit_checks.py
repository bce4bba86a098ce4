"""How runs stood to limits; a check is never changed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.limit_rows import LimitCheckRow
from plimsoll.data.store.models import new_id
from plimsoll.risk.limits import LimitState, State

__all__ = ["LimitCheck", "add", "latest", "of_limit", "of_run"]

_COLUMNS = (
    LimitCheckRow.id,
    LimitCheckRow.limit_id,
    LimitCheckRow.run_id,
    LimitCheckRow.version,
    LimitCheckRow.as_of,
    LimitCheckRow.checked_at,
    LimitCheckRow.state,
    LimitCheckRow.value,
    LimitCheckRow.low,
    LimitCheckRow.high,
    LimitCheckRow.utilisation,
    LimitCheckRow.probability,
    LimitCheckRow.missing,
)


@dataclass(frozen=True, slots=True)
class LimitCheck:
    """How a run stood to a limit.

    Parameters
    ----------
    id
        UUIDv7.
    limit_id, version
        The limit, and the version of it that was in force.
    run_id, as_of
        The run and its date.
    checked_at
        UTC.
    state
        As :func:`plimsoll.risk.limits.evaluate` found it.
    """

    id: UUID
    limit_id: UUID
    run_id: UUID
    version: int
    as_of: dt.date
    checked_at: dt.datetime
    state: LimitState


async def add(
    session: AsyncSession, *, limit_id: UUID, version: int, run_id: UUID, as_of: dt.date, state: LimitState
) -> LimitCheck:
    """Store a check; the parameters are those of :class:`LimitCheck`."""
    values = {
        "id": new_id(),
        "limit_id": limit_id,
        "run_id": run_id,
        "version": version,
        "as_of": as_of,
        "state": state.state.value,
        "value": state.value,
        "low": state.low,
        "high": state.high,
        "utilisation": state.utilisation,
        "probability": state.probability,
        "missing": state.missing,
    }
    made = insert(LimitCheckRow).values(values).returning(*_COLUMNS)
    return _check((await session.execute(made)).one())


async def latest(session: AsyncSession, limit_ids: Sequence[UUID]) -> dict[UUID, LimitCheck]:
    """Return the last check of each limit that has one: of those of the latest date, the one made last."""
    query = (
        select(*_COLUMNS)
        .ext(distinct_on(LimitCheckRow.limit_id))
        .where(LimitCheckRow.limit_id.in_(limit_ids))
        .order_by(LimitCheckRow.limit_id, LimitCheckRow.as_of.desc(), LimitCheckRow.id.desc())
    )
    return {row.limit_id: _check(row) for row in await session.execute(query)}


async def of_run(session: AsyncSession, run_id: UUID) -> list[LimitCheck]:
    """Return the checks of a run, in the order of the limits."""
    query = select(*_COLUMNS).where(LimitCheckRow.run_id == run_id).order_by(LimitCheckRow.limit_id)
    return [_check(row) for row in await session.execute(query)]


async def of_limit(
    session: AsyncSession, limit_id: UUID, *, after: UUID | None, limit: int
) -> list[LimitCheck]:
    """Return `limit` checks of a limit, the last made first."""
    query = select(*_COLUMNS).where(LimitCheckRow.limit_id == limit_id)
    if after is not None:
        query = query.where(LimitCheckRow.id < after)
    rows = await session.execute(query.order_by(LimitCheckRow.id.desc()).limit(limit))
    return [_check(row) for row in rows]


def _check(row: Row[*tuple[Any, ...]]) -> LimitCheck:
    return LimitCheck(
        id=row.id,
        limit_id=row.limit_id,
        run_id=row.run_id,
        version=row.version,
        as_of=row.as_of,
        checked_at=row.checked_at,
        state=LimitState(
            state=State(row.state),
            value=row.value,
            low=row.low,
            high=row.high,
            utilisation=row.utilisation,
            probability=row.probability,
            missing=row.missing,
        ),
    )
