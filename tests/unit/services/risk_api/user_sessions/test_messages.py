"""Sessions as messages."""

from uuid import UUID

from plimsoll.data.store.user_sessions import SessionRecord
from plimsoll.security.permissions import Principal
from plimsoll.services.risk_api.user_sessions.messages import shown_session
from somebody import NOW


def test_the_own_session_is_marked() -> None:
    """People see which of their sessions is this one."""
    one = UUID(int=1)
    record = SessionRecord(one, one, 1, ["password"], NOW, NOW, NOW, None, "192.0.2.1", "Browser")
    for session, current in ((one, True), (UUID(int=2), False), (None, False)):
        caller = Principal("user:x", one, "x", frozenset(), session=session)
        assert shown_session(record, caller).current is current
