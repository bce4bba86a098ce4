"""A TCP proxy on loopback that spoils connections on demand, with the toxics of Toxiproxy by their names.

It runs on a thread of its own, so that it can stand before any client, and is told what to do from the test.
"""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

Upstream = tuple[str, int] | Path
_CHUNK = 64 * 1024


class Stream(Enum):
    """Which way bytes flow through a connection."""

    UPSTREAM = "to the server"
    DOWNSTREAM = "to the client"


class Cut(Exception):  # noqa: N818 - an order to the connection, not an error
    """Ends the connection now: with a reset where `reset`, else in good order."""

    def __init__(self, *, reset: bool) -> None:
        super().__init__()
        self.reset = reset


@dataclass(frozen=True, kw_only=True)
class Toxic:
    """What is done to the bytes of each connection that flow one way; without parameters nothing."""

    stream: Stream = Stream.DOWNSTREAM


@dataclass(frozen=True, kw_only=True)
class Latency(Toxic):
    """Delays each piece by `latency`, give or take `jitter` seconds."""

    latency: float
    jitter: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Bandwidth(Toxic):
    """Lets `rate` bytes through in a second."""

    rate: float


@dataclass(frozen=True, kw_only=True)
class SlowClose(Toxic):
    """Passes the end of the connection on `delay` seconds late."""

    delay: float


@dataclass(frozen=True, kw_only=True)
class Timeout(Toxic):
    """Swallows all data and ends the connection after `timeout` seconds; never, where it is 0."""

    timeout: float = 0.0


@dataclass(frozen=True, kw_only=True)
class ResetPeer(Toxic):
    """Resets the connection `timeout` seconds after the first data."""

    timeout: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Slicer(Toxic):
    """Passes data in slices of about `average_size` bytes with `delay` seconds in between."""

    average_size: int
    size_variation: int = 0
    delay: float = 0.0


@dataclass(frozen=True, kw_only=True)
class LimitData(Toxic):
    """Ends the connection when `bytes` bytes have passed."""

    bytes: int


@dataclass(kw_only=True)
class CutMessage:
    """Resets the connection at one message of a client, counted over all connections since it was set.

    Parameters
    ----------
    number
        Which message, from 1; with `containing` only those that hold these bytes are counted.
    delivered
        Whether the server gets the message; its answer never arrives.
    containing
        For example ``b"COMMIT"``.
    """

    number: int = 1
    delivered: bool = False
    containing: bytes = b""
    seen: int = 0

    @property
    def done(self) -> bool:
        """Whether the message has come by."""
        return self.seen >= self.number

    def strikes(self, message: bytes) -> bool:
        """Count a message and say whether it is the one."""
        if self.done or self.containing not in message:
            return False
        self.seen += 1
        return self.done


@dataclass(eq=False)
class _Connection:
    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    passed: dict[Stream, int] = field(default_factory=lambda: dict.fromkeys(Stream, 0))
    answer_is_lost: bool = False


class FaultProxy:
    """A running proxy; made by :func:`fault_proxy`.

    Attributes
    ----------
    port
        Where it listens, on 127.0.0.1.
    """

    def __init__(self, upstream: Upstream, loop: asyncio.AbstractEventLoop) -> None:
        self.port = 0
        self._upstream = upstream
        self._loop = loop
        self._server: asyncio.Server | None = None
        self._toxics: tuple[Toxic, ...] = ()
        self._cut: CutMessage | None = None
        self._connections: dict[asyncio.Task[None], _Connection] = {}

    @property
    def open(self) -> int:
        """How many connections there are."""
        return len(self._connections)

    @contextmanager
    def toxic(self, *toxics: Toxic) -> Iterator[None]:
        """Apply toxics to old and new connections for as long as the block lasts."""
        before, self._toxics = self._toxics, (*self._toxics, *toxics)
        try:
            yield
        finally:
            self._toxics = before

    @contextmanager
    def cutting(self, cut: CutMessage) -> Iterator[CutMessage]:
        """Reset the connection at a message that is sent within the block."""
        self._cut = cut
        try:
            yield cut
        finally:
            self._cut = None

    @contextmanager
    def down(self) -> Iterator[None]:
        """End all connections and refuse new ones for as long as the block lasts."""
        self._call(self._stop)
        try:
            yield
        finally:
            self._call(self._start)

    def reset_all(self) -> None:
        """Reset the connections that there are; new ones are served."""
        self._call(self._reset_all)

    def _call(self, work: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            await work()

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._reset_all()

    async def _reset_all(self) -> None:
        tasks = list(self._connections)
        for connection in self._connections.values():
            _reset(connection)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, forth = await _connect(self._upstream)
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection(writer, forth)
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = connection
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(connection, Stream.UPSTREAM, reader, forth))
                both.create_task(self._pump(connection, Stream.DOWNSTREAM, back, writer))
        except* Cut as cuts:
            if any(isinstance(cut, Cut) and cut.reset for cut in cuts.exceptions):
                _reset(connection)
        except* OSError:
            _reset(connection)
        finally:
            del self._connections[task]
            for end in (writer, forth):
                end.close()

    async def _pump(
        self,
        connection: _Connection,
        stream: Stream,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        while data := await reader.read(_CHUNK):
            self._strike(connection, stream, data)
            await self._send(connection, stream, data, writer)
        if connection.answer_is_lost:
            raise Cut(reset=True)
        for toxic in self._of(stream):
            if isinstance(toxic, SlowClose):
                await asyncio.sleep(toxic.delay)
            elif isinstance(toxic, Timeout) and not toxic.timeout:
                await asyncio.Event().wait()
        with suppress(OSError):
            writer.write_eof()

    def _strike(self, connection: _Connection, stream: Stream, data: bytes) -> None:
        if stream is Stream.DOWNSTREAM:
            if connection.answer_is_lost:
                raise Cut(reset=True)
            return
        cut = self._cut
        if cut is not None and cut.strikes(data):
            if not cut.delivered:
                raise Cut(reset=True)
            connection.answer_is_lost = True

    async def _send(
        self, connection: _Connection, stream: Stream, data: bytes, writer: asyncio.StreamWriter
    ) -> None:
        for toxic in self._of(stream):
            data = await _APPLIED[type(toxic)](toxic, connection, data, writer)
        connection.passed[stream] += len(data)
        writer.write(data)
        await writer.drain()

    def _of(self, stream: Stream) -> Iterator[Toxic]:
        return (toxic for toxic in self._toxics if toxic.stream is stream)


async def _connect(upstream: Upstream) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if isinstance(upstream, Path):
        return await asyncio.open_unix_connection(upstream)
    return await asyncio.open_connection(*upstream)


def _reset(connection: _Connection) -> None:
    for writer in (connection.client, connection.server):
        found = writer.get_extra_info("socket")
        if found is not None and found.family == socket.AF_INET:
            with suppress(OSError):
                found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()


async def _latency(toxic: Latency, _: _Connection, data: bytes, __: asyncio.StreamWriter) -> bytes:
    await asyncio.sleep(max(0.0, toxic.latency + random.uniform(-1, 1) * toxic.jitter))  # noqa: S311 - no secret
    return data


async def _bandwidth(toxic: Bandwidth, _: _Connection, data: bytes, __: asyncio.StreamWriter) -> bytes:
    await asyncio.sleep(len(data) / toxic.rate)
    return data


async def _slow_close(_: SlowClose, __: _Connection, data: bytes, ___: asyncio.StreamWriter) -> bytes:
    return data


async def _timeout(toxic: Timeout, _: _Connection, __: bytes, ___: asyncio.StreamWriter) -> bytes:
    if toxic.timeout:
        await asyncio.sleep(toxic.timeout)
        raise Cut(reset=False)
    return b""


async def _reset_peer(toxic: ResetPeer, _: _Connection, __: bytes, ___: asyncio.StreamWriter) -> bytes:
    await asyncio.sleep(toxic.timeout)
    raise Cut(reset=True)


async def _slicer(toxic: Slicer, _: _Connection, data: bytes, writer: asyncio.StreamWriter) -> bytes:
    while len(data) > toxic.average_size:
        size = toxic.average_size + random.randint(-toxic.size_variation, toxic.size_variation)  # noqa: S311 - as above
        writer.write(data[: max(1, size)])
        await writer.drain()
        await asyncio.sleep(toxic.delay)
        data = data[max(1, size) :]
    return data


async def _limit_data(
    toxic: LimitData, connection: _Connection, data: bytes, writer: asyncio.StreamWriter
) -> bytes:
    left = toxic.bytes - connection.passed[toxic.stream]
    if len(data) < left:
        return data
    writer.write(data[:left])
    await writer.drain()
    raise Cut(reset=False)


_APPLIED: dict[type[Toxic], Callable[..., Awaitable[bytes]]] = {
    Latency: _latency,
    Bandwidth: _bandwidth,
    SlowClose: _slow_close,
    Timeout: _timeout,
    ResetPeer: _reset_peer,
    Slicer: _slicer,
    LimitData: _limit_data,
}


@contextmanager
def fault_proxy(upstream: Upstream) -> Iterator[FaultProxy]:
    """Run a proxy before a server, which is an address or the path of a socket."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    proxy = FaultProxy(upstream, loop)
    start, stop = proxy._start, proxy._stop  # noqa: SLF001 - of this file
    proxy._call(start)  # noqa: SLF001 - as above
    try:
        yield proxy
    finally:
        proxy._call(stop)  # noqa: SLF001 - as above
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def postgres_socket(url: str) -> Path:
    """Return the socket of a server of ours, from its URL."""
    from sqlalchemy import make_url

    host = make_url(url).query["host"]
    assert isinstance(host, str)
    return Path(host, ".s.PGSQL.5432")


def through(proxy: FaultProxy, url: str) -> str:
    """Return the URL of the same database through a proxy."""
    from sqlalchemy import make_url

    return f"postgresql://postgres@127.0.0.1:{proxy.port}/{make_url(url).database}?sslmode=disable&gssencmode=disable"
