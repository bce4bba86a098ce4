"""A virus scanner of the operator's, asked about each uploaded file: clamd, by its command INSTREAM."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from plimsoll.errors import UnavailableError, UsageError
from plimsoll.performance.breaker import Breaker
from plimsoll.security.addresses import is_loopback

__all__ = ["VirusScanner"]

_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096
_SIZES = "clamd's StreamMaxLength has to be 64M or more"
_SECONDS = 20.0  # a file of 64 MiB takes about one
_END = b"\0"
_FOUND = re.compile(r"stream: (?P<name>[\x21-\x7e]{1,200}) FOUND")

# Whoever hangs up is there: clamd does so in the middle of a file that is too long for it.
_HUNG_UP = (BrokenPipeError, ConnectionResetError, ConnectionAbortedError, asyncio.IncompleteReadError)

_Answer = TypeVar("_Answer")
_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class VirusScanner:
    """Says whether a file is infected; whatever it does not say clearly counts as no answer.

    A file goes to it in pieces that each begin with their length, so that nothing in a file is ever taken for
    a command. Each file has a connection of its own.

    Parameters
    ----------
    url
        ``tcp://host:port`` or ``unix:///path``, where clamd listens.
    trusted_network
        Whether a scanner on another machine is believed, although nothing proves that it is the one and
        files pass the network in the clear.
    seconds
        How long one file may take.
    breaker
        Opens after failures in a row; None for the usual one.

    Raises
    ------
    UsageError
        If the URL cannot be used, or names another machine on a network that is not trusted.

    Examples
    --------
    >>> VirusScanner("unix:///run/clamav/clamd.ctl").breaker.name
    'virus scanner'
    """

    def __init__(
        self,
        url: str,
        *,
        trusted_network: bool = False,
        seconds: float = _SECONDS,
        breaker: Breaker | None = None,
    ) -> None:
        self._place = _place(url, trusted_network=trusted_network)
        self._seconds = seconds
        self.breaker = breaker or Breaker("virus scanner", ignored=_HUNG_UP)

    async def scan(self, content: bytes) -> str | None:
        """Return the name of what a file is infected with; None where nothing was found.

        Raises
        ------
        UnavailableError
            If the scanner cannot be reached, does not answer in time, or does not say yes or no.
        """
        return await self._asked(b"zINSTREAM\0", content, _infection)

    async def version(self) -> str:
        """Return what the scanner says it is, with the date of its signatures where it has official ones.

        Raises
        ------
        UnavailableError
            As for :meth:`scan`.
        """
        return await self._asked(b"zVERSION\0", None, _version)

    async def _asked(self, command: bytes, content: bytes | None, read: Callable[[str], _Answer]) -> _Answer:
        try:
            async with self.breaker, asyncio.timeout(self._seconds), self._connection() as (reader, writer):
                answer = asyncio.ensure_future(reader.readuntil(_END))
                try:
                    await _send(writer, command, content, answer)
                    said = await answer
                finally:
                    answer.cancel()
        except _HUNG_UP:
            raise _silent(f"it hung up; {_SIZES}") from None
        except (OSError, TimeoutError, asyncio.LimitOverrunError) as error:
            raise _silent(type(error).__name__) from None
        # Outside of the breaker: whoever says that a file cannot be scanned is there for the next one.
        return read(said.removesuffix(_END).decode(errors="replace"))

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[_Streams]:
        if self._place.scheme == "unix":
            opened = asyncio.open_unix_connection(self._place.path, limit=_LONGEST_ANSWER)
        else:
            host, port = self._place.hostname, self._place.port
            opened = asyncio.open_connection(host, port, limit=_LONGEST_ANSWER)
        reader, writer = await opened
        try:
            yield reader, writer
        finally:
            writer.transport.abort()  # nothing is left to be said


def _place(url: str, *, trusted_network: bool) -> SplitResult:
    remedy = "Write it as tcp://127.0.0.1:3310 or unix:///run/clamav/clamd.ctl."
    try:
        parts = urlsplit(url)
        inner = bool(parts.username or parts.password or parts.query or parts.fragment)
        by_tcp = parts.scheme == "tcp" and bool(parts.hostname and parts.port) and parts.path in ("", "/")
        usable = not inner and (by_tcp or (parts.scheme == "unix" and not parts.netloc and bool(parts.path)))
    except ValueError:
        usable = False
    if not usable:
        raise UsageError("the address of the virus scanner cannot be used", remedy=remedy)
    host = parts.hostname or ""
    if parts.scheme == "tcp" and not trusted_network and host != "localhost" and not is_loopback(host):
        remedy = (
            "Let clamd run beside Plimsoll, or behind a tunnel with TLS. "
            "Or say PLIMSOLL_UNVERIFIED_TLS=true where the network itself is trusted."
        )
        raise UsageError("the virus scanner is on another machine, and clamd knows no TLS", remedy=remedy)
    return parts


async def _send(
    writer: asyncio.StreamWriter,
    command: bytes,
    content: bytes | None,
    answer: "asyncio.Future[bytes]",
) -> None:
    """Send a command and what belongs to it, until there is an answer: it may come before the end."""
    with suppress(ConnectionError):  # the answer, or that there is none, says more
        writer.write(command)
        held = memoryview(content or b"")
        for begin in range(0, len(held), _CHUNK):
            if answer.done():
                return
            piece = held[begin : begin + _CHUNK]
            writer.write(len(piece).to_bytes(4, "big"))
            writer.write(piece)
            await writer.drain()
        if content is not None:
            writer.write(bytes(4))
        await writer.drain()


def _infection(said: str) -> str | None:
    if said == "stream: OK":
        return None
    found = _FOUND.fullmatch(said)
    if found is None:
        raise _silent(f"it could not scan the file; {_SIZES}")
    return found["name"]


def _version(said: str) -> str:
    if not said.startswith("ClamAV ") or not said.isprintable():
        raise _silent("something else answers there")
    return said


def _silent(why: str) -> UnavailableError:
    remedy = "Try again in a moment. If it stays so, look at clamd and at PLIMSOLL_VIRUS_SCANNER."
    return UnavailableError(f"the virus scanner does not help: {why}", remedy=remedy)
