"""The ring of signing keys: read from the database every few seconds, and kept supplied on the way."""

import asyncio
import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import signing_keys
from plimsoll.data.store.database import Database
from plimsoll.data.store.signing_keys import SealedKey
from plimsoll.security.base64url import decoded, encoded
from plimsoll.security.key_ring import PUBLISHED_BEFORE_USE, SigningKey, SigningRing, new_signing_key
from plimsoll.security.permissions import Principal
from plimsoll.security.sealing import Sealer
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.tenant_sealers import TenantSealers

__all__ = ["FRESH", "Keys", "load_ring", "rotate_keys"]

FRESH = dt.timedelta(seconds=4)
"""How long a ring counts that was read: revoked keys count no longer than that, on every instance."""


@dataclass(slots=True)
class Keys:
    """The ring of this process.

    A key is looked up in memory alone: what a token names as its key never leads to a query. The ring is read
    again when it is older than `FRESH` and somebody needs it, once for all who wait.

    Parameters
    ----------
    database
        Where it is stored.
    tenant
        Of the installation; the ring is its.
    sealers
        Find what opens the keys.
    """

    database: Database
    tenant: UUID
    sealers: TenantSealers
    _ring: SigningRing | None = field(init=False, default=None, repr=False)
    _read_at: dt.datetime | None = field(init=False, default=None, repr=False)
    _reading: asyncio.Lock = field(init=False, default_factory=asyncio.Lock, repr=False)

    async def ring(self, now: dt.datetime) -> SigningRing:
        """Return the ring as it was at most `FRESH` ago.

        Raises
        ------
        UnavailableError
            If it cannot be read: then nothing that is signed counts.
        """
        if self._ring is None or not self._is_fresh(now):
            async with self._reading:
                if self._ring is None or not self._is_fresh(now):
                    async with self.database.session(self.tenant) as session:
                        self._ring = await load_ring(session, self.sealers, now)
                    self._read_at = now
        return self._ring

    def forget(self) -> None:
        """Read the ring again when it is needed next."""
        self._read_at = None

    def _is_fresh(self, now: dt.datetime) -> bool:
        # A clock that was put back makes it old as well.
        return self._read_at is not None and dt.timedelta() <= now - self._read_at < FRESH


async def load_ring(session: AsyncSession, sealers: TenantSealers, now: dt.datetime) -> SigningRing:
    """Return the ring; a key that will soon be needed, or the first one, is made and stored.

    Parameters
    ----------
    session
        Of the tenant of the installation.
    sealers
        Find what seals the keys.
    now
        The time.

    Raises
    ------
    UnavailableError
        If a key cannot be opened.
    """
    ring = await _stored(session, sealers)
    if ring.next_from(now) is None:
        return ring
    await signing_keys.lock(session)
    ring = await _stored(session, sealers)
    active_from = ring.next_from(now)
    return ring if active_from is None else await _with_new(session, ring, sealers, now, active_from)


async def rotate_keys(
    session: AsyncSession, sealers: TenantSealers, now: dt.datetime, *, emergency: bool, actor: Principal
) -> SigningRing:
    """Have another key sign, and return the ring.

    Parameters
    ----------
    session, sealers, now
        As for `load_ring`.
    emergency
        False: the new key is published and takes over after `PUBLISHED_BEFORE_USE`. True: whatever was signed
        until now counts no more, and a new key signs at once.
    actor
        Who does it.
    """
    await signing_keys.lock(session)
    revoked = await signing_keys.revoke_all(session, now) if emergency else 0
    ring = await _stored(session, sealers)
    active_from = now if emergency else now + PUBLISHED_BEFORE_USE
    ring = await _with_new(session, ring, sealers, now, active_from)
    action = AuditAction.SIGNING_KEYS_REPLACED if emergency else AuditAction.SIGNING_KEY_ADDED
    detail = {"active_from": active_from.isoformat(), "revoked": revoked}
    await record(session, action, actor=actor, subject=ring.keys[-1].kid, detail=detail)
    return ring


async def _stored(session: AsyncSession, sealers: TenantSealers) -> SigningRing:
    kept = await signing_keys.newest(session)
    if not kept:
        return SigningRing([])
    sealer = await sealers.of(session)
    return SigningRing([_opened(key, sealer) for key in kept])


async def _with_new(
    session: AsyncSession,
    ring: SigningRing,
    sealers: TenantSealers,
    now: dt.datetime,
    active_from: dt.datetime,
) -> SigningRing:
    made = new_signing_key(now, active_from)
    sealer = await sealers.of(session)
    sealed = sealer.seal(encoded(made.private), _place(made.kid))
    await signing_keys.add(session, SealedKey(made.kid, sealed, made.created_at, made.active_from))
    return SigningRing([*ring.keys, made])


def _opened(key: SealedKey, sealer: Sealer) -> SigningKey:
    private = decoded(sealer.open(key.private_key, _place(key.kid)))
    return SigningKey(key.kid, private, key.created_at, key.active_from)


def _place(kid: str) -> str:
    return f"signing_keys|private_key|{kid}"
