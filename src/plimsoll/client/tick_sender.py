"""Senders of ticks: one connection for as long as ticks come, opened again when it breaks off."""

import asyncio
import time
from contextlib import AsyncExitStack, ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from plimsoll.client.call import API_PREFIX
from plimsoll.client.tick_batches import Prices, TooMany, answered, batches, closed, refused, together
from plimsoll.errors import UnavailableError
from plimsoll.wire.ticks import TicksTaken

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection as AsyncConnection
    from websockets.sync.client import ClientConnection

__all__ = ["AsyncTickSender", "TickSender"]

_TRIES = 4
_PAUSE_SECONDS = 0.25
_OPEN_SECONDS = 10.0


class _Place:
    """Where ticks go, and as whom."""

    def __init__(self, url: str, authorization: str, source: str, timeout: float) -> None:
        self.url = url
        self.source = source
        self.timeout = timeout
        self._authorization = authorization

    @property
    def address(self) -> str:
        return f"ws{self.url.removeprefix('http')}{API_PREFIX}/live/ticks"

    @property
    def options(self) -> dict[str, Any]:
        headers = {"Authorization": self._authorization}
        # The key goes to the server and to no proxy that the environment may name.
        return {
            "additional_headers": headers,
            "open_timeout": _OPEN_SECONDS,
            "compression": None,
            "proxy": None,
        }

    def failure(self, error: Exception) -> Exception:
        """Return what an error on the way stands for."""
        from websockets.exceptions import ConnectionClosed, InvalidStatus

        if isinstance(error, InvalidStatus):
            return refused(error.response.status_code, self.url)
        if isinstance(error, ConnectionClosed) and error.rcvd is not None:
            return closed(error.rcvd.code, error.rcvd.reason, self.url)
        remedy = "Start it with plimsoll up, and check the URL."
        return UnavailableError(f"the risk API at {self.url} cannot be reached", remedy=remedy)


class TickSender:
    """Sends ticks and waits for what becomes of each batch. Not to be shared between threads.

    A batch that breaks off on its way is sent again: a tick that came through twice is old the second time.

    Parameters
    ----------
    url, authorization
        Of the client that made it.
    source
        Who says so.
    timeout
        Seconds that an answer may take.
    """

    def __init__(self, url: str, authorization: str, *, source: str = "", timeout: float = 60.0) -> None:
        self._place = _Place(url, authorization, source, timeout)
        self._socket: ClientConnection | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Return the sender; it is closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection; a further batch opens another."""
        self._socket = None
        self._open.close()

    def send(self, prices: Prices) -> TicksTaken:
        """Send ticks and return how many were taken and why others were not.

        Parameters
        ----------
        prices
            See `plimsoll.client.tick_batches.Prices`.

        Raises
        ------
        DataError
            If a tick cannot be accepted; nothing of its batch, of at most a thousand ticks, is taken.
        PermissionDeniedError
            If the key does not do.
        UnavailableError
            If the server cannot be reached, tried several times.
        """
        return together(self._sent(text) for text in list(batches(prices, self._place.source)))

    def _sent(self, text: str) -> TicksTaken:
        for attempt in range(1, _TRIES + 1):
            answer = self._tried(text, last=attempt == _TRIES)
            if isinstance(answer, TicksTaken):
                return answer
            time.sleep(answer.seconds if isinstance(answer, TooMany) else _PAUSE_SECONDS * attempt)
        raise UnavailableError("the server takes no more ticks at this rate", remedy="Send fewer.")

    def _tried(self, text: str, *, last: bool) -> TicksTaken | TooMany | None:
        from websockets.exceptions import WebSocketException
        from websockets.sync.client import connect

        try:
            if self._socket is None:
                self._socket = self._open.enter_context(connect(self._place.address, **self._place.options))
            self._socket.send(text)
            return answered(self._socket.recv(timeout=self._place.timeout))
        except (WebSocketException, OSError, TimeoutError) as error:
            self.close()
            failure = self._place.failure(error)
            if last or not isinstance(failure, UnavailableError):
                raise failure from error
            return None


class AsyncTickSender:
    """Sends ticks on an event loop; see `TickSender`.

    Parameters
    ----------
    url, authorization, source, timeout
        As for `TickSender`.
    """

    def __init__(self, url: str, authorization: str, *, source: str = "", timeout: float = 60.0) -> None:
        self._place = _Place(url, authorization, source, timeout)
        self._socket: AsyncConnection | None = None
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Return the sender; it is closed at the end of the block."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        await self.close()

    async def close(self) -> None:
        """Close the connection; a further batch opens another."""
        self._socket = None
        await self._open.aclose()

    async def send(self, prices: Prices) -> TicksTaken:
        """Send ticks and return how many were taken; see `TickSender.send`."""
        return together([await self._sent(text) for text in list(batches(prices, self._place.source))])

    async def _sent(self, text: str) -> TicksTaken:
        for attempt in range(1, _TRIES + 1):
            answer = await self._tried(text, last=attempt == _TRIES)
            if isinstance(answer, TicksTaken):
                return answer
            await asyncio.sleep(answer.seconds if isinstance(answer, TooMany) else _PAUSE_SECONDS * attempt)
        raise UnavailableError("the server takes no more ticks at this rate", remedy="Send fewer.")

    async def _tried(self, text: str, *, last: bool) -> TicksTaken | TooMany | None:
        from websockets.asyncio.client import connect
        from websockets.exceptions import WebSocketException

        try:
            if self._socket is None:
                connecting = connect(self._place.address, **self._place.options)
                self._socket = await self._open.enter_async_context(connecting)
            await self._socket.send(text)
            async with asyncio.timeout(self._place.timeout):
                return answered(await self._socket.recv())
        except (WebSocketException, OSError, TimeoutError) as error:
            await self.close()
            failure = self._place.failure(error)
            if last or not isinstance(failure, UnavailableError):
                raise failure from error
            return None
