"""The job that brings a tenant under the keys of now: keys wrapped, secrets sealed, old keys destroyed."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from plimsoll.data.store import data_keys, sealed_columns
from plimsoll.data.store.sealed_columns import SealedColumn
from plimsoll.errors import UnavailableError
from plimsoll.security.tenant_sealing import header_of
from plimsoll.workflows.alerts import AlertKind, Severity, raise_alert, resolve_alert
from plimsoll.workflows.job_run import Handler, JobRun
from plimsoll.workflows.tenant_sealers import TenantSealers

__all__ = ["ALERT_KEY", "RETIRED_FOR", "reseal_handler"]

RETIRED_FOR = dt.timedelta(days=2)
"""For how long a key is kept after it was replaced, even if nothing is under it any more."""

ALERT_KEY = "secrets/unreadable"

_AT_ONCE = 100


def reseal_handler(sealers: TenantSealers) -> Handler:
    """Return what does a job of the kind RESEAL.

    Parameters
    ----------
    sealers
        Hold the keys.
    """

    async def handle(run: JobRun) -> Mapping[str, Any]:
        wrapped = await _wrap_anew(run, sealers)
        sealed = unreadable = 0
        for column in sealed_columns.SEALED:
            done, failed = await _seal_anew(run, sealers, column)
            sealed, unreadable = sealed + done, unreadable + failed
        destroyed = await _put_away(run, sealers, unreadable)
        return {
            "keys_wrapped": wrapped,
            "secrets_sealed": sealed,
            "unreadable": unreadable,
            "keys_destroyed": destroyed,
        }

    return handle


async def _wrap_anew(run: JobRun, sealers: TenantSealers) -> int:
    """Put data keys under the master key of now, and return how many."""
    wrapped, current = 0, await sealers.kms.master()
    async with run.database.session(run.tenant) as session:
        await sealers.of(session)
        for record in await data_keys.load(session, lock=True):
            if (record.provider, record.master) == current:
                continue
            secret = await sealers.unwrapped(run.tenant, record)
            kept = await sealers.wrapped(run.tenant, record.id, record.purpose, secret)
            wrapped += await data_keys.rewrap(
                session,
                record.id,
                before=record.wrapped,
                provider=kept.provider,
                master=kept.master,
                wrapped=kept.content,
            )
    return wrapped


async def _seal_anew(run: JobRun, sealers: TenantSealers, column: SealedColumn) -> tuple[int, int]:
    """Put the secrets of a column under the data key of now; return how many, and how many cannot be read."""
    done, failed, after = 0, 0, None
    while True:
        async with run.database.session(run.tenant) as session:
            sealer = await sealers.of(session)
            rows = await sealed_columns.stale(session, column, sealer.header, after=after, limit=_AT_ONCE)
            for key, content in rows:
                after, place = key, column.place(key)
                try:
                    secret = sealer.open(content, place)
                except UnavailableError:
                    failed += 1  # left as it is: a key that is restored may open it yet
                    continue
                await sealed_columns.replace(session, column, key, sealer.seal(secret, place))
                done += 1
        if len(rows) < _AT_ONCE:
            return done, failed
        await run.progress(done, None, column.name)


async def _put_away(run: JobRun, sealers: TenantSealers, unreadable: int) -> int:
    """Retire the keys of before, destroy those that were retired long ago, and end the job."""
    async with run.database.session(run.tenant) as session:
        sealer = await sealers.of(session)
        await data_keys.retire(session, sealer.number)
        if unreadable:
            await raise_alert(
                session,
                key=ALERT_KEY,
                kind=AlertKind.SYSTEM,
                severity=Severity.WARNING,
                title="Sealed secrets cannot be opened",
                detail=f"{unreadable} of them: restore the key that sealed them, or give the secrets anew.",
            )
            return 0
        await resolve_alert(session, ALERT_KEY)
        destroyed = 0
        for number in await data_keys.retired(session, RETIRED_FOR):
            if not await sealed_columns.in_use(session, header_of(number)):
                await data_keys.destroy(session, number)
                destroyed += 1
    return destroyed
