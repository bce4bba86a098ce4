"""Sessions as messages."""

from plimsoll.data.store.user_sessions import SessionRecord
from plimsoll.security.permissions import Principal
from plimsoll.wire.sessions import Session

__all__ = ["shown_session"]


def shown_session(record: SessionRecord, caller: Principal) -> Session:
    """Return a session as it is shown to somebody."""
    return Session(
        id=record.id,
        user_id=record.user_id,
        created_at=record.created_at,
        seen_at=record.seen_at,
        address=record.address,
        agent=record.agent,
        factors=tuple(record.factors),
        current=record.id == caller.session,
    )
