"""Stopping without losing a request: who is connected is answered and sent away, nobody new comes in."""

import asyncio
import ctypes
import os
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["Drained", "shut_the_door"]

_POLL_SECONDS = 0.02
_SO_ATTACH_FILTER = 26
_DROP_EVERYTHING = struct.pack("HBBI", 0x06, 0, 0, 0)  # BPF: return 0 bytes of any packet


class Drained:
    """An application that can be drained, and whose requests under way can be broken off.

    Parameters
    ----------
    app
        An ASGI application.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._under_way: set[asyncio.Task[Any]] = set()
        self._requests = 0
        self._draining = False
        self._last_seconds = 0.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve."""
        task = asyncio.current_task()
        if scope["type"] == "lifespan" or task is None:
            await self._app(scope, receive, send)
            return
        request = scope["type"] == "http"
        self._under_way.add(task)
        self._requests += request
        try:
            await self._app(scope, receive, self._sending_away(send) if request else send)
        finally:
            self._under_way.discard(task)
            self._requests -= request
            self._last_seconds = asyncio.get_running_loop().time()

    async def drain(self, *, quiet_seconds: float, seconds: float) -> None:
        """Ask each client to leave with its answer, and wait until nobody has asked anything for a while.

        Parameters
        ----------
        quiet_seconds
            For how long no request must have come in.
        seconds
            How long to wait at most.
        """
        self._draining = True
        loop = asyncio.get_running_loop()
        self._last_seconds = loop.time()
        ends = loop.time() + seconds
        while loop.time() < ends:
            if not self._requests and loop.time() - self._last_seconds >= quiet_seconds:
                break
            await asyncio.sleep(_POLL_SECONDS)

    def interrupt(self) -> None:
        """Break off the requests under way."""
        for task in self._under_way:
            task.cancel()

    def _sending_away(self, send: Any) -> Any:
        async def sent(message: Any) -> None:
            if self._draining and message["type"] == "http.response.start":
                kept = [header for header in message.get("headers", ()) if header[0].lower() != b"connection"]
                message = {**message, "headers": [*kept, (b"connection", b"close")]}
            await send(message)

        return sent


def shut_the_door(port: int) -> None:
    """Let nobody connect any more while those who wait at the door are still let in.

    Closing a listening socket resets the connections that it has not accepted yet, though their requests may
    have been sent already. Linux drops the packets of newcomers instead; they are refused as soon as the
    socket is closed. Elsewhere this does nothing, and such a connection may be lost.

    Parameters
    ----------
    port
        That this process listens on.
    """
    if sys.platform != "linux":
        return
    program = ctypes.create_string_buffer(_DROP_EVERYTHING)
    described = struct.pack("HP", 1, ctypes.addressof(program))
    for listener in _listeners(port):
        listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, described)


def _listeners(port: int) -> Iterator[socket.socket]:
    """Yield this process's sockets that listen on a port: the server keeps its own to itself."""
    for path in Path("/proc/self/fd").iterdir():
        try:
            if not path.is_socket():
                continue
            number = os.dup(int(path.name))
        except OSError:  # closed meanwhile
            continue
        with socket.socket(fileno=number) as found:
            is_listening = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            if is_listening and found.family == socket.AF_INET and found.getsockname()[1] == port:
                yield found
