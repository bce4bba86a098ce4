"""The user of this machine, beside all accounts: a key for programs, a one-time link for a browser."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from plimsoll.security.clocks import is_younger
from plimsoll.security.permissions import Permission, Principal
from plimsoll.security.tokens import TOKEN, digest, matches, new_token

__all__ = ["IDLE", "LIFE_OF_LINK", "LIFE_OF_SESSION", "LocalSignIn"]

LIFE_OF_LINK = dt.timedelta(minutes=15)
LIFE_OF_SESSION = dt.timedelta(hours=12)
IDLE = dt.timedelta(minutes=30)
_MOST_SESSIONS = 100

_Clock = Callable[[], dt.datetime]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(slots=True)
class _Session:
    started: dt.datetime
    seen: dt.datetime

    def lives(self, now: dt.datetime) -> bool:
        return is_younger(self.started, LIFE_OF_SESSION, now) and is_younger(self.seen, IDLE, now)


@dataclass(slots=True)
class LocalSignIn:
    """Lets the user of this machine in.

    Links and sessions live as long as the process; the key lives in the user's data directory. Only digests
    are held here.

    Parameters
    ----------
    tenant
        The tenant "local".
    api_key
        What programs send as ``Authorization: Bearer``; see ``local_key.py``.
    clock
        Says what time it is.
    """

    tenant: UUID
    api_key: str = field(repr=False)
    clock: _Clock = _now
    _key: bytes = field(init=False, repr=False)
    _principal: Principal = field(init=False, repr=False)
    _links: dict[bytes, dt.datetime] = field(init=False, repr=False, default_factory=dict)
    _sessions: dict[bytes, _Session] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Keep the digest and forget the key."""
        self._key = digest(self.api_key)
        self._principal = Principal("local", self.tenant, "Local user", frozenset(Permission))
        self.api_key = ""

    @property
    def principal(self) -> Principal:
        """The user of this machine, who may do everything."""
        return self._principal

    def new_link(self, address: str) -> str:
        """Return a link that signs a browser in once, within `LIFE_OF_LINK`.

        Parameters
        ----------
        address
            Where the API is served, as ``http://127.0.0.1:8000``.

        Returns
        -------
        str
            The token stands after ``#``, so that no browser sends it to a server or a log unasked.
        """
        token = new_token()
        self._links[digest(token)] = self.clock() + LIFE_OF_LINK
        return f"{address.rstrip('/')}/sign-in#{token}"

    def redeem(self, token: str) -> str | None:
        """Return a new session's token for that of a link; None if it is unknown, used or too old."""
        ends = self._links.pop(digest(token), None) if TOKEN.fullmatch(token) else None
        now = self.clock()
        if ends is None or now >= ends:
            return None
        session = new_token()
        self._forget_old_sessions(now)
        self._sessions[digest(session)] = _Session(now, now)
        return session

    def with_key(self, token: str) -> Principal | None:
        """Return who holds this API key."""
        return self.principal if TOKEN.fullmatch(token) and matches(token, self._key) else None

    def with_session(self, token: str) -> Principal | None:
        """Return whose session this is, and note that it was used."""
        session = self._sessions.get(digest(token)) if TOKEN.fullmatch(token) else None
        now = self.clock()
        if session is None:
            return None
        if not session.lives(now):
            if now > session.seen:
                self.sign_out(token)  # over for good, also if the clock is put back
            return None
        session.seen = max(session.seen, now)
        return self.principal

    def sign_out(self, token: str) -> bool:
        """End a session, and return whether there was one."""
        return self._sessions.pop(digest(token), None) is not None

    def _forget_old_sessions(self, now: dt.datetime) -> None:
        self._sessions = {kept: session for kept, session in self._sessions.items() if session.lives(now)}
        while len(self._sessions) >= _MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
