"""Tokens, cookies and links that lead nowhere: too many are refused; whoever sends a right one is let in."""

import datetime as dt
import math
from collections.abc import Callable

from cachetools import LRUCache
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import HTTPConnection

from plimsoll.data.store.database import Database
from plimsoll.errors import PlimsollError, ThrottledError
from plimsoll.security.audit_actions import AuditAction
from plimsoll.security.throttle import Tried
from plimsoll.services.risk_api.problems import ProblemError
from plimsoll.workflows.account_audit import note_attempt
from plimsoll.workflows.throttling import count_try

__all__ = ["Guesses", "guesses_of"]

_MOST = 10_000
_SAID = {
    Tried.TOKEN: ("tokens", "Send one that counts"),
    Tried.COOKIE: ("sessions", "Sign in at /sign-in"),
    Tried.LINK: ("links", "Open one that is good"),
}


class Guesses:
    """Counts tokens, cookies and links that lead nowhere, each apart, by the guard that counts passwords.

    A token is looked at before it is counted: others at the address of an attacker go on. Once a counter is
    full this process remembers until when, so that a flood writes nothing more.

    Parameters
    ----------
    database
        Where the counters are.
    clock
        Says what time it is.
    """

    def __init__(self, database: Database, clock: Callable[[], dt.datetime]) -> None:
        self._database = database
        self._clock = clock
        self._full: LRUCache[tuple[Tried, str], dt.datetime] = LRUCache(_MOST)

    async def count(self, address: str, tried: Tried = Tried.TOKEN) -> None:
        """Count what leads nowhere.

        Parameters
        ----------
        address
            From where it came; empty where that is not known.
        tried
            A token, a cookie or a link; a tenant that there is not counts as a link.

        Raises
        ------
        ProblemError
            429 if there were too many.
        """
        now = self._clock()
        until = self._full.get((tried, address))
        if until is None or until <= now:
            until = await self._counted(address, tried, now)
        if until is not None:
            seconds = max(1, math.ceil((until - now).total_seconds()))
            what, instead = _SAID[tried]
            remedy = f"{instead}, or wait {math.ceil(seconds / 60)} minutes."
            wait = {"Retry-After": str(seconds)}
            detail = f"Too many {what} from here lead nowhere."
            raise ProblemError(429, "rate-limited", detail, remedy=remedy, headers=wait)

    async def _counted(self, address: str, tried: Tried, now: dt.datetime) -> dt.datetime | None:
        """Return until when nothing more is counted; None where there is room, or nothing can be written."""
        try:
            await count_try(self._database, tried, user="", address=address, device=None, now=now)
        except ThrottledError as error:
            until = self._full[tried, address] = now + dt.timedelta(seconds=error.seconds)
            if not error.repeated:
                await note_attempt(self._database, None, AuditAction.TOKENS_THROTTLED, None, address)
            return until
        except (PlimsollError, SQLAlchemyError):
            pass  # it is refused in any case
        return None


def guesses_of(request: HTTPConnection) -> Guesses:
    """Return what counts tokens that lead nowhere."""
    guesses: Guesses = request.state.guesses
    return guesses
