"""The web server: applications served on ports of this machine until they are told to stop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from plimsoll.errors import UnavailableError
from plimsoll.services.risk_api.ports import ADDRESS, check_free

__all__ = ["Served", "serving"]

_START_SECONDS = 20.0
_STOP_SECONDS = 3.0
# A client that sends its headers drop by drop, or without end, holds a connection for so long and no more.
_HEADER_MILLISECONDS = 10_000
_HEADER_BYTES = 64 * 1024
_POLL_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Served:
    """An application and its port.

    Parameters
    ----------
    app
        An ASGI application with a lifespan.
    port
        Of this machine.
    option
        By which the user chooses the port; named when it is taken.
    before_stop
        Called when the server is about to stop: ends answers that would go on for ever.
    """

    app: Any
    port: int
    option: str = "--port"
    before_stop: Callable[[], None] = lambda: None


@asynccontextmanager
async def serving(applications: Sequence[Served]) -> AsyncIterator[None]:
    """Serve applications on the running event loop for as long as the block lasts.

    The block begins when all of them answer. When it ends, requests under way are answered, those that take
    more than a few seconds broken off, and then each application's lifespan ends.

    Parameters
    ----------
    applications
        What to serve.

    Raises
    ------
    UnavailableError
        If a port is taken or an application does not start.
    """
    for served in applications:
        check_free(served.port, served.option)
    apps = [_Interruptible(served.app) for served in applications]
    servers = [_server(app, served.port) for app, served in zip(apps, applications, strict=True)]
    stops: list[Callable[[], None]] = [server.stop for server in servers]
    tasks = [asyncio.create_task(server.serve()) for server in servers]
    try:
        for served, task in zip(applications, tasks, strict=True):
            await _answering(served.port, task)
        yield
    finally:
        for served in applications:
            served.before_stop()
        for stop in stops:
            stop()
        _, unfinished = await asyncio.wait(tasks, timeout=_STOP_SECONDS)
        if unfinished:
            for app in apps:
                app.interrupt()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Interruptible:
    """An application whose requests under way can be broken off."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._under_way: set[asyncio.Task[Any]] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        task = asyncio.current_task()
        if scope["type"] == "lifespan" or task is None:
            await self._app(scope, receive, send)
            return
        self._under_way.add(task)
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way.discard(task)

    def interrupt(self) -> None:
        for task in self._under_way:
            task.cancel()


def _server(app: _Interruptible, port: int) -> Server:
    return Server(
        app,
        address=ADDRESS,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_MILLISECONDS, max_buffer_size=_HEADER_BYTES),
        websockets=True,
        log_enabled=False,
    )


async def _answering(port: int, task: "asyncio.Task[None]") -> None:
    """Wait until a server answers any request at all."""
    failed = UnavailableError(f"nothing answers on port {port}", remedy="The log says why.")
    try:
        async with asyncio.timeout(_START_SECONDS):
            while not await _answers(port):
                if task.done():
                    raise failed
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError:
        raise failed from None


async def _answers(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(ADDRESS, port)
    except OSError:
        return False
    try:
        writer.write(f"GET /livez HTTP/1.1\r\nHost: {ADDRESS}\r\nConnection: close\r\n\r\n".encode())
        return (await reader.read()).startswith(b"HTTP/1.1 ")
    except OSError:
        return False
    finally:
        writer.close()
