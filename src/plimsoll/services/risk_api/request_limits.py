"""Sizes, names and places that are refused before anything is parsed (pure ASGI)."""

import asyncio
import ipaddress
import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plimsoll.services.risk_api.problems import ProblemError, problem_response
from plimsoll.services.risk_api.proxies import peer_of

__all__ = ["LOOPBACK", "MAX_HEADER", "MAX_HEADERS", "MAX_UPLOAD", "MAX_URL", "RequestLimits"]

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""Names under which this machine calls itself."""

MAX_URL = 4 * 1024
"""Bytes of path and query as they are sent."""

MAX_UPLOAD = 64 * 1024 * 1024
"""Bytes of a body."""

MAX_HEADER = 8 * 1024
"""Bytes of one header, name and value."""

MAX_HEADERS = 16 * 1024
"""Bytes of all headers."""

_MOST_HEADERS = 64
_IDLE_SECONDS = 10.0
_BODY_SECONDS = 60.0
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::[0-9]{1,5})?")
# Ways to write one path as another, on which servers, proxies and applications disagree.
_DEVIOUS = re.compile(rb"//|/\.\.?(?:/|$)|%2f|%5c|%2e|%25|[\\;]|[^\x21-\x7e]", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

_Header = tuple[bytes, bytes]


class RequestLimits:
    """Refuses what is too large, too slow, from elsewhere or for somebody else.

    Parameters
    ----------
    app
        The next ASGI application.
    hosts
        Names that the ``Host`` header may have, in lower case and without the port.
    loopback_only
        Whether connections from other machines are refused, whatever headers say; see
        `plimsoll.services.risk_api.proxies`.
    idle_seconds, body_seconds
        How long a body may pause, and last.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: frozenset[str],
        loopback_only: bool,
        idle_seconds: float = _IDLE_SECONDS,
        body_seconds: float = _BODY_SECONDS,
    ) -> None:
        self.app = app
        self.hosts = hosts
        self.loopback_only = loopback_only
        self.idle_seconds = idle_seconds
        self.body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the request line and headers, then hand on the request with a clock on its body."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        try:
            self._check(scope)
        except ProblemError as error:
            await problem_response(HTTPConnection(scope), error)(scope, receive, send)
            return
        # A socket has no body: its messages have limits of their own.
        await self.app(scope, self._timed(receive) if scope["type"] == "http" else receive, send)

    def _check(self, scope: Scope) -> None:
        headers: Sequence[_Header] = scope["headers"]
        if self.loopback_only and not _is_loopback(peer_of(scope)):
            raise ProblemError(403, "not-local", "Only requests of this machine are served.")
        _refuse_large_headers(headers)
        _refuse_devious_url(scope)
        self._refuse_foreign_host(headers)
        _refuse_unclear_length(headers)

    def _refuse_foreign_host(self, headers: Sequence[_Header]) -> None:
        values = [value for name, value in headers if name == b"host"]
        if len(values) != 1 or _host(values[0]) not in self.hosts:
            raise ProblemError(400, "bad-host", "This host is not served here.")

    def _timed(self, receive: Receive) -> Receive:
        """Return a `receive` that gives up on a body that pauses or lasts too long."""
        ends: float | None = None
        complete = False

        async def timed() -> Message:
            nonlocal ends, complete
            if complete:
                return await receive()
            now = asyncio.get_running_loop().time()
            ends = now + self.body_seconds if ends is None else ends
            try:
                async with asyncio.timeout_at(min(ends, now + self.idle_seconds)):
                    message = await receive()
            except TimeoutError:
                detail = "The body did not arrive in time."
                raise ProblemError(408, "request-timeout", detail, headers={"Connection": "close"}) from None
            complete = not message.get("more_body", False)
            return message

        return timed


@lru_cache(maxsize=1024)
def _is_loopback(client: str) -> bool:
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return False
    # A socket for both families writes IPv4 addresses like this.
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


@lru_cache(maxsize=256)
def _host(value: bytes) -> str | None:
    """Return the name in a ``Host`` header; None if it is written as no name can be."""
    found = _HOST.fullmatch(value.decode("latin-1").lower())
    return None if found is None else found.group(1)


def _refuse_large_headers(headers: Sequence[_Header]) -> None:
    sizes = [len(name) + len(value) for name, value in headers]
    if len(sizes) > _MOST_HEADERS or sum(sizes) > MAX_HEADERS or max(sizes, default=0) > MAX_HEADER:
        raise ProblemError(431, "headers-too-large", f"All headers may have {MAX_HEADERS} bytes.")


def _refuse_devious_url(scope: Scope) -> None:
    path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogateescape")
    path = path.partition(b"?")[0]
    query: bytes = scope["query_string"]
    if len(path) + len(query) > MAX_URL:
        raise ProblemError(414, "uri-too-long", f"Path and query may have {MAX_URL} bytes.")
    if not _is_straight(path) or not (query == b"" or _is_text(query)):
        raise ProblemError(400, "bad-path", "The path or query has characters that are not taken.")


@lru_cache(maxsize=256)  # what is asked for most is asked for again
def _is_straight(path: bytes) -> bool:
    """Return whether there is one way to read a path."""
    return _DEVIOUS.search(path) is None and _is_text(path)


def _is_text(quoted: bytes) -> bool:
    """Return whether the unquoted bytes are UTF-8 without control characters."""
    try:
        return _CONTROL.search(unquote_to_bytes(quoted).decode()) is None
    except UnicodeDecodeError:
        return False


def _refuse_unclear_length(headers: Sequence[_Header]) -> None:
    lengths = [value for name, value in headers if name == b"content-length"]
    codings = [value.strip().lower() for name, value in headers if name == b"transfer-encoding"]
    # Who knows another coding sees the end of the body elsewhere, and with it the next request.
    if codings and (lengths or codings != [b"chunked"]):
        detail = "A body has a Content-Length, or is chunked and nothing else."
        raise ProblemError(400, "length-invalid", detail, headers={"Connection": "close"})
    if not lengths:
        return
    if len(lengths) > 1 or not lengths[0].isdigit():
        raise ProblemError(400, "length-invalid", "Content-Length is not a number of bytes.")
    if len(lengths[0]) > 15 or int(lengths[0]) > MAX_UPLOAD:
        detail = f"A body may have {MAX_UPLOAD} bytes."
        raise ProblemError(413, "body-too-large", detail, headers={"Connection": "close"})
