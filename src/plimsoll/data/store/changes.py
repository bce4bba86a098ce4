"""Which things a transaction changes, for those who keep copies of them in the same process."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["Changed", "changed", "note_change"]

Changed = Callable[[UUID, frozenset[UUID]], None]
"""Told the tenant and the ids of what a transaction changed, after it ended."""

_CHANGED = "plimsoll_changed"


def note_change(session: AsyncSession, changed: UUID) -> None:
    """Note that the transaction changes what has this id, or what hangs on it."""
    session.info.setdefault(_CHANGED, set()).add(changed)


def changed(session: AsyncSession) -> frozenset[UUID]:
    """Return the ids that were noted."""
    return frozenset(session.info.get(_CHANGED, ()))
