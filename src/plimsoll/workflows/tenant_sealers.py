"""The sealers of tenants: their data keys, made when they are first needed and kept in memory unwrapped."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import data_keys
from plimsoll.data.store.data_keys import DataKeyRecord, KeyPurpose
from plimsoll.data.store.database import tenant_of
from plimsoll.data.store.models import new_id
from plimsoll.errors import UnavailableError
from plimsoll.security.kms import Kms, LocalKms, WrappedKey
from plimsoll.security.tenant_sealing import DataKey, TenantSealer
from plimsoll.security.tokens import new_token

__all__ = ["KNOWN_SECONDS", "TenantSealers", "forgetful_kms", "key_context"]

KNOWN_SECONDS = 5.0
"""For how long the keys of a tenant are taken as known before the database is asked again."""

_MADE = "plimsoll_sealer"


def forgetful_kms() -> Kms:
    """Return a KMS whose master key ends with the process: for tests, and for what nobody reads again."""
    key = new_token("plq")
    return Kms(LocalKms(lambda: [key]))


def key_context(tenant: UUID, key_id: UUID, purpose: KeyPurpose) -> dict[str, str]:
    """Return what a data key is wrapped for: as that of another tenant it is not unwrapped."""
    return {"tenant": str(tenant), "key": str(key_id), "purpose": purpose.value}


@dataclass(frozen=True, slots=True)
class _Known:
    sealer: TenantSealer
    until: float


class TenantSealers:
    """Finds the sealer of a tenant.

    Parameters
    ----------
    kms
        Wraps and unwraps data keys. It is asked once for each key, so that a process goes on with the keys
        that it has while the KMS is down.
    before
        The key of the machine; see :class:`TenantSealer`.
    clock
        Seconds that only grow.
    """

    def __init__(
        self, kms: Kms, *, before: str | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.kms = kms
        self._before = before
        self._clock = clock
        self._known: dict[UUID, _Known] = {}
        self._secrets: dict[UUID, bytes] = {}

    async def of(self, session: AsyncSession) -> TenantSealer:
        """Return the sealer of the session's tenant; its first keys are made in the session's transaction.

        Parameters
        ----------
        session
            An open transaction of the tenant.

        Raises
        ------
        UnavailableError
            If a key is needed that only the KMS can unwrap or wrap, and it cannot be reached.
        NotFoundError
            If the session has no tenant.
        """
        tenant = tenant_of(session)
        made: TenantSealer | None = session.info.get(_MADE)
        if made is not None:
            return made
        known = self._known.get(tenant)
        if known is not None and self._clock() < known.until:
            return known.sealer
        records = await data_keys.load(session)
        missing = set(KeyPurpose) - {record.purpose for record in records}
        if missing:
            for purpose in sorted(missing):
                await self._make(session, tenant, purpose)
            records = await data_keys.load(session)
        sealer = await self._sealer(tenant, records)
        if missing:  # they are not there for others, or for ever, before the transaction is committed
            session.info[_MADE] = sealer
        else:
            self._known[tenant] = _Known(sealer, self._clock() + KNOWN_SECONDS)
        return sealer

    async def wrapped(self, tenant: UUID, key_id: UUID, purpose: KeyPurpose, secret: bytes) -> WrappedKey:
        """Return a data key as it may be kept, under the master key of now."""
        return await self.kms.wrap(secret, key_context(tenant, key_id, purpose))

    async def unwrapped(self, tenant: UUID, record: DataKeyRecord) -> bytes:
        """Return a data key, from memory if it was unwrapped before."""
        known = self._secrets.get(record.id)
        if known is not None:
            return known
        kept = WrappedKey(record.provider, record.master, record.wrapped)
        secret = await self.kms.unwrap(kept, key_context(tenant, record.id, record.purpose))
        self._secrets[record.id] = secret
        return secret

    async def _make(self, session: AsyncSession, tenant: UUID, purpose: KeyPurpose) -> None:
        key_id, secret = new_id(), os.urandom(32)
        kept = await self.wrapped(tenant, key_id, purpose, secret)
        stored = await data_keys.add(
            session,
            key_id,
            purpose=purpose,
            number=1,
            provider=kept.provider,
            master=kept.master,
            wrapped=kept.content,
        )
        if stored:
            self._secrets[key_id] = secret

    async def _sealer(self, tenant: UUID, records: Sequence[DataKeyRecord]) -> TenantSealer:
        now, index_key = self._clock(), b""
        found: list[DataKey] = []
        failure: UnavailableError | None = None
        for record in records:
            try:
                secret = await self.unwrapped(tenant, record)
            except UnavailableError as error:
                failure = error  # the others still open what they have sealed
                continue
            if record.purpose is KeyPurpose.INDEX:
                index_key = secret
            else:
                found.append(DataKey(record.number, secret, now + record.waits))
        if failure is not None and not (found and index_key):
            raise failure
        return TenantSealer(found, index_key, before=self._before, clock=self._clock)
