"""The API on a real granian server on loopback, and sockets that say to it whatever a test wants."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server
from starlette.types import ASGIApp


@dataclass(frozen=True)
class Reply:
    """What a server said on a socket; of several cookies each is a line."""

    status: int
    headers: dict[str, str]
    body: bytes


@contextmanager
def serving(app: ASGIApp) -> Iterator[int]:
    """Serve an application and yield its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=_serve, args=(loop, app, port), daemon=True)
    thread.start()
    try:
        _wait_for(port)
        yield port
    finally:
        loop.call_soon_threadsafe(_servers.pop(port).stop)
        thread.join(10)


_servers: dict[int, Server] = {}


def _serve(loop: asyncio.AbstractEventLoop, app: ASGIApp, port: int) -> None:
    asyncio.set_event_loop(loop)

    async def serve() -> None:
        _servers[port] = Server(
            app,
            address="127.0.0.1",
            port=port,
            interface=Interfaces.ASGI,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=2000, max_buffer_size=64 * 1024),
            websockets=True,
            backlog=1024,
            backpressure=4096,
            log_enabled=False,
        )
        await _servers[port].serve()

    loop.run_until_complete(serve())
    loop.close()


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError


def say(
    port: int, *parts: bytes, pause: float = 0.0, seconds: float = 15.0, source: str = ""
) -> Reply | None:
    """Send bytes to a server, with a pause after each part, and return its reply; None if it hangs up."""
    with socket.create_connection(
        ("127.0.0.1", port), seconds, (source, 0) if source else None
    ) as connection:
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return _reply(connection)


def _reply(connection: socket.socket) -> Reply | None:
    received = b""
    try:
        while b"\r\n\r\n" not in received or not _is_whole(received):
            chunk = connection.recv(65536)
            if not chunk:
                break
            received += chunk
    except ConnectionResetError:
        pass
    if b"\r\n\r\n" not in received:
        return None
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        known = (
            f"{headers[name.lower()]}\n" if name.lower() == "set-cookie" and "set-cookie" in headers else ""
        )
        headers[name.lower()] = known + value.strip()
    return Reply(int(first.split()[1]), headers, body)


def _is_whole(received: bytes) -> bool:
    head, _, body = received.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.partition(b":")[2])
    return body.endswith(b"0\r\n\r\n") or head.split()[1] in (b"101", b"204", b"304")
