"""A client that signs in by itself: an access token for each request, and a new one in time."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator

import httpx2

from plimsoll.client.answers import message, refusal
from plimsoll.client.call import API_PREFIX
from plimsoll.client.credentials import Credentials
from plimsoll.client.messages import checked
from plimsoll.wire.model import WireModel
from plimsoll.wire.tokens import FactorSignIn, RefreshToken, TokenChallenge, Tokens

__all__ = ["TokenFlow"]

_EARLY_SECONDS = 15.0  # before a token ends: the request must get there
_UNAUTHENTICATED = 401
_TRIES = 2

_Exchange = Generator[httpx2.Request, httpx2.Response, None]
"""Yields requests and is sent the answers to them, which were read."""


class TokenFlow(httpx2.Auth):
    """Puts an access token on each request of one client, and gets the next one before it ends.

    However many threads or tasks find the token ended, one of them gets the next, and the others wait. A
    request that is refused although its token seemed good is sent once more with a new one. An answer with
    tokens that is lost does no harm: the same refresh token is exchanged once more.

    Parameters
    ----------
    url
        Of the API; tokens go there and nowhere else.
    credentials
        What to sign in with, at first and whenever refreshing comes to its end.
    clock
        Seconds that only grow.
    """

    def __init__(
        self, url: str, credentials: Credentials, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._credentials = credentials
        self._clock = clock
        self._access = ""
        self._until = 0.0
        self._refresh = ""
        self._lock = threading.Lock()
        self._turn: asyncio.Lock | None = None

    def sync_auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Send a request with a token."""
        used = ""
        for _ in range(_TRIES):
            if self._is_stale(used):
                with self._lock:
                    if self._is_stale(used):
                        exchange = self._renewed()
                        step: httpx2.Request | None = next(exchange)
                        while step is not None:
                            answer = yield step
                            answer.read()
                            step = _following(exchange, answer)
            used = self._put(request)
            response = yield request
            if response.status_code != _UNAUTHENTICATED:
                return
            response.read()

    async def async_auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Send a request with a token, on an event loop."""
        used = ""
        turn = self._turn = self._turn or asyncio.Lock()
        for _ in range(_TRIES):
            if self._is_stale(used):
                async with turn:
                    if self._is_stale(used):
                        exchange = self._renewed()
                        step: httpx2.Request | None = next(exchange)
                        while step is not None:
                            answer = yield step
                            await answer.aread()
                            step = _following(exchange, answer)
            used = self._put(request)
            response = yield request
            if response.status_code != _UNAUTHENTICATED:
                return
            await response.aread()

    def _is_stale(self, refused: str) -> bool:
        return self._access == refused or self._clock() >= self._until

    def _put(self, request: httpx2.Request) -> str:
        request.headers["Authorization"] = f"Bearer {self._access}"
        return self._access

    def _renewed(self) -> _Exchange:
        """Exchange the refresh token; sign in where there is none, or it does not count any more."""
        if self._refresh:
            response = yield self._post("/tokens/refresh", RefreshToken(refresh_token=self._refresh))
            if response.status_code != _UNAUTHENTICATED:
                self._take(response)
                return
            self._refresh = ""
        response = yield self._post(self._credentials.path, self._credentials.message())
        if response.is_success and "challenge" in response.json():
            asked = message(TokenChallenge)(response)
            kind, answer = self._credentials.second_factor(asked.kinds)
            said = {"challenge": asked.challenge, "kind": kind, "answer": answer}
            response = yield self._post("/tokens/factor", checked(FactorSignIn, said))
        self._take(response)

    def _take(self, response: httpx2.Response) -> None:
        if not response.is_success:
            raise refusal(response)
        tokens = message(Tokens)(response)
        self._access, self._refresh = tokens.access_token, tokens.refresh_token
        self._until = self._clock() + max(tokens.expires_in - _EARLY_SECONDS, tokens.expires_in / 2)

    def _post(self, path: str, body: WireModel) -> httpx2.Request:
        headers = {"Content-Type": "application/json"}
        content = body.model_dump_json(exclude_unset=True).encode()
        return httpx2.Request("POST", f"{self._url}{API_PREFIX}{path}", headers=headers, content=content)


def _following(exchange: _Exchange, answer: httpx2.Response) -> httpx2.Request | None:
    try:
        return exchange.send(answer)
    except StopIteration:
        return None
