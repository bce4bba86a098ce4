"""Bearer tokens: access tokens and API keys, looked at with each request, looked up every few seconds."""

import datetime as dt
from collections.abc import Callable

from plimsoll.data.store.database import Database
from plimsoll.security.access_tokens import check_access, is_signed, may_count
from plimsoll.security.permissions import Principal
from plimsoll.security.strict_claims import RefusedTokenError
from plimsoll.services.risk_api.known_callers import KnownCallers
from plimsoll.workflows.bearers import by_access_token, by_api_key
from plimsoll.workflows.program_accounts import API_KEY
from plimsoll.workflows.signing_keys import Keys

__all__ = ["Bearers", "holder_of"]


async def holder_of(database: Database, keys: Keys, token: str, now: dt.datetime) -> Principal | None:
    """Return whose a bearer token is, asked of the database; None for nobody's.

    Parameters
    ----------
    database, keys
        What still counts, and by which keys access tokens are signed.
    token, now
        What was sent, and when.

    Raises
    ------
    UnavailableError
        If it cannot be known now.
    """
    if API_KEY.fullmatch(token):
        return await by_api_key(database, token, now)
    try:
        claims = check_access(token, await keys.ring(now), now)
    except RefusedTokenError:
        return None
    return await by_access_token(database, claims, now)


class Bearers:
    """Knows who holds which bearer token.

    Parameters
    ----------
    callers
        Those who were recognised a moment ago; it finds others by `holder_of`.
    keys
        By which access tokens are signed.
    clock
        Says what time it is.
    """

    def __init__(self, callers: KnownCallers, keys: Keys, clock: Callable[[], dt.datetime]) -> None:
        self.keys = keys
        self._callers = callers
        self._clock = clock

    async def of(self, token: str) -> Principal | None:
        """Return whose a token is; None for nobody's.

        That an access token has ended, or its key, counts at once, also if its holder was seen a moment ago.
        What is neither an access token nor an API key leads nowhere, such as the token of a session.

        Raises
        ------
        UnavailableError
            If it cannot be known now.
        """
        if not API_KEY.fullmatch(token):
            now = self._clock()
            if "." not in token or not may_count(token, await self.keys.ring(now), now):
                return None
        return await self._callers.of(token)

    async def is_late(self, token: str) -> bool:
        """Return whether a token that leads nowhere is an access token of ours, so that nobody guesses."""
        now = self._clock()
        return "." in token and is_signed(token, await self.keys.ring(now), now)

    def forget(self) -> None:
        """Ask for everybody anew: a key, an account or a session has ended."""
        self.keys.forget()
        self._callers.forget()
