"""Data keys made anew: a new one for what comes, then everything sealed anew under it by a job."""

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import data_keys, sealed_columns
from plimsoll.data.store.data_keys import DataKeyRecord, KeyPurpose
from plimsoll.data.store.database import tenant_of
from plimsoll.data.store.jobs import JobKind, JobRecord
from plimsoll.data.store.models import new_id
from plimsoll.errors import ConflictError, UnavailableError
from plimsoll.workflows.jobs import enqueue
from plimsoll.workflows.tenant_sealers import KNOWN_SECONDS, TenantSealers

__all__ = ["ACTIVE_AFTER", "ColumnState", "SealingState", "rotate", "seal_anew", "sealing_state"]

ACTIVE_AFTER = dt.timedelta(seconds=3 * KNOWN_SECONDS)
"""Until a new key seals: every process knows it by then."""

_MARGIN = dt.timedelta(seconds=KNOWN_SECONDS)


@dataclass(frozen=True, slots=True)
class ColumnState:
    """How far the secrets of a column are.

    Parameters
    ----------
    name
        Table and column.
    secrets
        How many it holds.
    stale
        How many of them are not under the key of now.
    """

    name: str
    secrets: int
    stale: int


@dataclass(frozen=True, slots=True)
class SealingState:
    """How the secrets of a tenant are sealed.

    Parameters
    ----------
    provider, master
        Who holds the master key, and which wraps now; `master` is None while the provider cannot be reached.
    problem
        Why it cannot be reached; empty if it can.
    number
        Of the key that seals now.
    keys
        All data keys.
    columns
        All columns with sealed secrets.
    """

    provider: str
    master: str | None
    problem: str
    number: int
    keys: Sequence[DataKeyRecord]
    columns: Sequence[ColumnState]


async def sealing_state(session: AsyncSession, sealers: TenantSealers) -> SealingState:
    """Return how the secrets of the session's tenant are sealed.

    Raises
    ------
    UnavailableError
        If this process has no key of the tenant, and cannot get one.
    """
    sealer = await sealers.of(session)
    master, problem = None, ""
    try:
        master = await sealers.kms.current.master()
    except UnavailableError as error:
        problem = error.message
    columns = []
    for column in sealed_columns.SEALED:
        secrets, stale = await sealed_columns.count(session, column, sealer.header)
        columns.append(ColumnState(column.name, secrets, stale))
    keys = await data_keys.load(session)
    return SealingState(sealers.kms.current.name, master, problem, sealer.number, keys, columns)


async def rotate(session: AsyncSession, sealers: TenantSealers, *, created_by: str) -> JobRecord:
    """Make a new data key for the session's tenant and put down the job that seals everything under it.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    sealers
        Wraps the key.
    created_by
        Name of who asks.

    Raises
    ------
    ConflictError
        If a new key is on its way already.
    UnavailableError
        If the KMS cannot be reached.
    """
    await sealers.of(session)
    known = await data_keys.load(session, lock=True)
    newest = max((key for key in known if key.purpose is KeyPurpose.SEAL), key=lambda key: key.number)
    key_id = new_id()
    kept = await sealers.wrapped(tenant_of(session), key_id, KeyPurpose.SEAL, os.urandom(32))
    made = newest.waits <= 0 and await data_keys.add(
        session,
        key_id,
        purpose=KeyPurpose.SEAL,
        number=newest.number + 1,
        provider=kept.provider,
        master=kept.master,
        wrapped=kept.content,
        wait=ACTIVE_AFTER,
    )
    if not made:
        raise ConflictError("a new key is on its way already", remedy="Wait for it.")
    now: dt.datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    return await enqueue(
        session,
        JobKind.RESEAL,
        {},
        created_by=created_by,
        key=f"reseal/{newest.number + 1}",
        run_at=now + ACTIVE_AFTER + _MARGIN,
    )


async def seal_anew(session: AsyncSession, *, created_by: str) -> JobRecord:
    """Put down the job that wraps keys and seals secrets under the keys of now; it runs once a day anyway.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    created_by
        Name of who asks.
    """
    return await enqueue(session, JobKind.RESEAL, {}, created_by=created_by, key="reseal/now")
