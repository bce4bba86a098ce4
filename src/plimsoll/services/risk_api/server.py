"""The web server: applications served on ports of this machine until they are told to stop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.server.embed import Server

from plimsoll.errors import UnavailableError
from plimsoll.services.risk_api.certificate import Certificate
from plimsoll.services.risk_api.draining import Drained, shut_the_door
from plimsoll.services.risk_api.ports import ADDRESS, EVERYWHERE, check_free

__all__ = ["Served", "serving"]

_START_SECONDS = 20.0
# Who keeps a connection for further requests is told to leave with the next answer, and has this long for it.
_DRAIN_SECONDS = 1.0
_QUIET_SECONDS = 0.15
_STOP_SECONDS = 2.5
# A client that sends its headers drop by drop, or without end, holds a connection for so long and no more.
_HEADER_MILLISECONDS = 10_000
_HEADER_BYTES = 64 * 1024
_WAITING = 1024  # connections that are not accepted yet
# The server accepts nobody while so many are served. A stream is served for hours: were this the usual 128,
# so many listeners would shut out everybody else.
_AT_A_TIME = 4096
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
    address
        On which to listen; ``0.0.0.0`` for all.
    certificate
        With which to speak TLS 1.2 and 1.3 and nothing else; None for plain HTTP.
    """

    app: Any
    port: int
    option: str = "--port"
    address: str = ADDRESS
    certificate: Certificate | None = None


@asynccontextmanager
async def serving(applications: Sequence[Served]) -> AsyncIterator[None]:
    """Serve applications on the running event loop for as long as the block lasts.

    The block begins when all of them answer. When it ends, nobody new is let in, who is connected is answered
    and asked to leave, requests that take more than a few seconds are broken off, and then each application's
    lifespan ends.

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
        check_free(served.port, served.option, address=served.address)
    apps = [Drained(served.app) for served in applications]
    servers = [_server(app, served) for app, served in zip(apps, applications, strict=True)]
    stops: list[Callable[[], None]] = [server.stop for server in servers]
    tasks = [asyncio.create_task(server.serve()) for server in servers]
    try:
        for served, task in zip(applications, tasks, strict=True):
            await _answering(served, task)
        yield
    finally:
        for served in applications:
            shut_the_door(served.port)
        await asyncio.gather(
            *(app.drain(quiet_seconds=_QUIET_SECONDS, seconds=_DRAIN_SECONDS) for app in apps)
        )
        for stop in stops:
            stop()
        _, unfinished = await asyncio.wait(tasks, timeout=_STOP_SECONDS) if tasks else (set(), set())
        if unfinished:
            for app in apps:
                app.interrupt()
        await asyncio.gather(*tasks, return_exceptions=True)


def _server(app: Drained, served: Served) -> Server:
    certificate = served.certificate
    return Server(
        app,
        address=served.address,
        port=served.port,
        ssl_cert=None if certificate is None else certificate.chain,
        ssl_key=None if certificate is None else certificate.key,
        ssl_protocol_min=SSLProtocols.tls12,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_MILLISECONDS, max_buffer_size=_HEADER_BYTES),
        websockets=True,
        backlog=_WAITING,
        backpressure=_AT_A_TIME,
        log_enabled=False,
    )


async def _answering(served: Served, task: "asyncio.Task[None]") -> None:
    """Wait until a server answers any request at all."""
    failed = UnavailableError(f"nothing answers on port {served.port}", remedy="The log says why.")
    try:
        async with asyncio.timeout(_START_SECONDS):
            while not await _answers(served):
                if task.done():
                    raise failed
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError:
        raise failed from None


async def _answers(served: Served) -> bool:
    try:
        nearest = ADDRESS if served.address == EVERYWHERE else served.address
        reader, writer = await asyncio.open_connection(nearest, served.port)
    except OSError:
        return False
    try:
        writer.write(f"GET /livez HTTP/1.1\r\nHost: {ADDRESS}\r\nConnection: close\r\n\r\n".encode())
        said = await reader.read()
        # What speaks TLS says so, by an alert, to whoever does not.
        return bool(said) if served.certificate else said.startswith(b"HTTP/1.1 ")
    except OSError:
        return False
    finally:
        writer.close()
