"""Streams of events that break off and go on: what was seen last, when to come back, when to give up."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import httpx2
from pydantic import ValidationError

from plimsoll.client.answers import refusal, unreachable
from plimsoll.errors import UnavailableError
from plimsoll.wire.model import WireModel

__all__ = ["PATIENCE_SECONDS", "StreamCall", "StreamPlace", "event_message"]

PATIENCE_SECONDS = 300.0
"""How long a stream may be out of reach before its reader is told."""

_Message = TypeVar("_Message")
_Model = TypeVar("_Model", bound=WireModel)

# The server gives a sign of life every 15 seconds.
_TIMEOUTS = httpx2.Timeout(45.0, connect=5.0)
_FIRST_SECONDS = 0.5
_LONGEST_SECONDS = 30.0
_PASSING = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamCall(Generic[_Message]):
    """A request for a stream of events, and the reader of each.

    Parameters
    ----------
    path
        Of the stream.
    read
        Makes of an event what the caller wants.
    query
        Parameters; those that are None are left out.
    last_id
        Of the event that was seen last; empty to begin as the query says.
    patience_seconds
        How long it may be out of reach before an UnavailableError says so.
    """

    path: str
    read: Callable[[httpx2.ServerSentEvent], _Message]
    query: Mapping[str, Any] = field(default_factory=dict)
    last_id: str = ""
    patience_seconds: float = PATIENCE_SECONDS


class StreamPlace:
    """Where a reader is in a stream.

    Parameters
    ----------
    call
        Which stream.
    url
        Of the server, for messages.
    clock
        Seconds that only grow.
    chance
        Draws the waits, so that a thousand readers do not come back at once.
    """

    def __init__(
        self,
        call: StreamCall[Any],
        url: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        chance: random.Random | None = None,
    ) -> None:
        self.last_id = call.last_id
        self._call = call
        self._url = url
        self._clock = clock
        self._chance = chance or random.Random()  # noqa: S311 - no secret
        self._asked_seconds = 0.0
        self._failures = 0
        self._failing_since: float | None = None

    def request(self) -> dict[str, Any]:
        """Return how to ask for what comes next."""
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        query = {name: value for name, value in self._call.query.items() if value is not None}
        return {"params": query or None, "headers": headers, "timeout": _TIMEOUTS}

    def take(self, event: httpx2.ServerSentEvent) -> bool:
        """Note an event; return whether it says something to the reader."""
        self._failing_since = None
        if event.data:
            self._failures = 0
        self.last_id = event.id or self.last_id
        if event.retry is not None:
            self._asked_seconds = event.retry / 1000
        return bool(event.data)

    def refuse(self, response: httpx2.Response) -> None:
        """Note an answer that is an error.

        Raises
        ------
        PlimsollError
            What it stands for, if it will not pass or has lasted too long.
        """
        self._fail()
        if response.status_code not in _PASSING or self._is_late():
            raise refusal(response)

    def broken(self, error: httpx2.TransportError) -> None:
        """Note that there was no answer, or that it broke off.

        Raises
        ------
        UnavailableError
            If that has lasted too long.
        """
        self._fail()
        if self._is_late():
            raise unreachable(self._url, error) from error

    def wait(self) -> float:
        """Return how many seconds to wait before coming back."""
        longest = min(_LONGEST_SECONDS, _FIRST_SECONDS * 2.0 ** min(self._failures, 10))
        return min(self._asked_seconds, longest) * 0.5 + self._chance.uniform(0.0, longest)

    def _fail(self) -> None:
        self._failures += 1
        if self._failing_since is None:
            self._failing_since = self._clock()

    def _is_late(self) -> bool:
        since = self._failing_since
        return since is not None and self._clock() - since > self._call.patience_seconds


def event_message(kind: type[_Model]) -> Callable[[httpx2.ServerSentEvent], _Model]:
    """Return the reader of events that carry one kind of message; fields of a newer server are passed over.

    Parameters
    ----------
    kind
        A message of `plimsoll.wire`.

    Returns
    -------
    callable
        From an event to the message; raises UnavailableError if the event carries no such message.
    """

    def read(event: httpx2.ServerSentEvent) -> _Model:
        try:
            return kind.model_validate_json(event.data, extra="ignore")
        except ValidationError as error:
            raise UnavailableError(f"an event of the stream is no {kind.__name__}") from error

    return read
