"""Data keys as stored: always wrapped, numbered within a tenant, in use a little after they are made."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, extract, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.data_key_rows import DataKeyRow

__all__ = ["DataKeyRecord", "KeyPurpose", "add", "destroy", "load", "retire", "retired", "rewrap"]


class KeyPurpose(StrEnum):
    """What a data key is for."""

    SEAL = "seal"
    INDEX = "index"


@dataclass(frozen=True, slots=True)
class DataKeyRecord:
    """A data key.

    Parameters
    ----------
    id
        UUIDv7.
    purpose
        See :class:`KeyPurpose`.
    number
        From 1 on within the tenant and purpose; what is sealed says by which.
    provider, master
        Who holds the master key, and which it is.
    wrapped
        The key under the master key.
    created_at, active_from, retired_at
        UTC. It opens from the beginning, seals from `active_from` on, and has been replaced at `retired_at`.
    waits
        Seconds until `active_from` by the clock of the database; negative when it has passed.
    """

    id: UUID
    purpose: KeyPurpose
    number: int
    provider: str
    master: str
    wrapped: bytes
    created_at: dt.datetime
    active_from: dt.datetime
    retired_at: dt.datetime | None
    waits: float


_WAITS = extract("epoch", DataKeyRow.active_from - func.clock_timestamp())
_COLUMNS = (
    DataKeyRow.id,
    DataKeyRow.purpose,
    DataKeyRow.number,
    DataKeyRow.provider,
    DataKeyRow.master,
    DataKeyRow.wrapped,
    DataKeyRow.created_at,
    DataKeyRow.active_from,
    DataKeyRow.retired_at,
    _WAITS.label("waits"),
)


async def load(session: AsyncSession, *, lock: bool = False) -> list[DataKeyRecord]:
    """Return the keys of the session's tenant by purpose and number, on request locked."""
    query = select(*_COLUMNS).order_by(DataKeyRow.purpose, DataKeyRow.number)
    rows = await session.execute(query.with_for_update() if lock else query)
    return [DataKeyRecord(row.id, KeyPurpose(row.purpose), *row[2:9], float(row.waits)) for row in rows]


async def add(
    session: AsyncSession,
    key_id: UUID,
    *,
    purpose: KeyPurpose,
    number: int,
    provider: str,
    master: str,
    wrapped: bytes,
    wait: dt.timedelta = dt.timedelta(0),
) -> bool:
    """Store a new key unless there is one of that number, and return whether it was stored.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    key_id, purpose, number, provider, master, wrapped
        See :class:`DataKeyRecord`.
    wait
        Until it seals, so that every process knows it by then.
    """
    values = {
        "id": key_id,
        "purpose": purpose.value,
        "number": number,
        "provider": provider,
        "master": master,
        "wrapped": wrapped,
        "active_from": func.clock_timestamp() + wait,
    }
    keyed = ["tenant_id", "purpose", "number"]
    made = await session.execute(
        insert(DataKeyRow)
        .values(values)
        .on_conflict_do_nothing(index_elements=keyed)
        .returning(DataKeyRow.id)
    )
    return made.scalar_one_or_none() is not None


async def rewrap(
    session: AsyncSession, key_id: UUID, *, before: bytes, provider: str, master: str, wrapped: bytes
) -> bool:
    """Store a key under another master key unless somebody has done so meanwhile."""
    statement = (
        update(DataKeyRow)
        .where(DataKeyRow.id == key_id, DataKeyRow.wrapped == before)
        .values(provider=provider, master=master, wrapped=wrapped)
        .returning(DataKeyRow.id)
    )
    return (await session.execute(statement)).scalar_one_or_none() is not None


async def retire(session: AsyncSession, number: int) -> None:
    """Note that all sealing keys before `number` have been replaced."""
    statement = update(DataKeyRow).where(
        DataKeyRow.purpose == KeyPurpose.SEAL.value,
        DataKeyRow.number < number,
        DataKeyRow.retired_at.is_(None),
    )
    await session.execute(statement.values(retired_at=func.clock_timestamp()))


async def retired(session: AsyncSession, retired_for: dt.timedelta) -> list[int]:
    """Return the numbers of the sealing keys that were replaced so long ago, locked."""
    query = select(DataKeyRow.number).where(
        DataKeyRow.purpose == KeyPurpose.SEAL.value,
        DataKeyRow.retired_at < func.clock_timestamp() - retired_for,
    )
    return list((await session.execute(query.with_for_update())).scalars())


async def destroy(session: AsyncSession, number: int) -> None:
    """Destroy a sealing key; what it has sealed can never be opened again."""
    gone = delete(DataKeyRow).where(DataKeyRow.purpose == KeyPurpose.SEAL.value, DataKeyRow.number == number)
    await session.execute(gone)
