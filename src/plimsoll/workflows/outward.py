"""Requests to addresses that users name: only public ones, only what was checked, and only so much of it."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

import httpx2

from plimsoll.errors import UsageError
from plimsoll.security.addresses import is_loopback, is_public
from plimsoll.security.egress import ANYWHERE, Egress
from plimsoll.workflows.tenant_sealers import TenantSealers, forgetful_kms

__all__ = ["Outward", "RefusedAddressError", "Reply", "Resolve", "check_url", "port_of", "resolve"]

_MOST_BYTES = 64 * 1024
_LONGEST_URL = 2000

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""From a host and a port to its addresses."""


class RefusedAddressError(Exception):
    """A host that may not be called, is not there, or has an address that is not public."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, as the system knows them.

    Raises
    ------
    OSError
        If it has none.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said.

    Parameters
    ----------
    status
        HTTP status.
    retry_after
        Seconds after which it wants to be asked again; 0 where it does not say.
    """

    status: int
    retry_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outward:
    """How the platform reaches what users name.

    Parameters
    ----------
    sealers
        Find the sealer of a tenant; by default with a master key that is forgotten.
    loopback
        Whether addresses of this machine, without TLS, are allowed: for development and tests.
    egress
        Which hosts may be called at all.
    resolve
        Finds addresses.
    seconds
        That a whole exchange may take, however its bytes drip in.
    """

    sealers: TenantSealers = field(default_factory=lambda: TenantSealers(forgetful_kms()))
    loopback: bool = False
    egress: Egress = ANYWHERE
    resolve: Resolve = resolve
    seconds: float = 15.0

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Reply:
        """Send a body and return what is said about it; redirections are not followed.

        The name is resolved once, every address is checked, and the connection goes to a checked address:
        a name that means something else a moment later changes nothing.

        Parameters
        ----------
        url
            Checked by :func:`check_url` when it was stored, and here again.
        content, headers
            What is sent.

        Raises
        ------
        RefusedAddressError
            If the host may not be called, is not there or not public.
        UsageError
            If the URL cannot be used.
        httpx2.TransportError, TimeoutError
            If there is no answer, or not in time.
        """
        parts = _parsed(url, loopback=self.loopback)
        host, port = parts.hostname or "", port_of(parts)
        async with asyncio.timeout(self.seconds):
            address, *_ = await self.checked(host, port, secure=parts.scheme == "https")
            target = httpx2.URL(url).copy_with(host=address)
            named = f"[{host}]" if ":" in host else host
            sent = {**headers, "Host": named if parts.port is None else f"{named}:{parts.port}"}
            async with (
                httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=self.seconds) as client,
                client.stream(
                    "POST", target, content=content, headers=sent, extensions={"sni_hostname": host}
                ) as response,
            ):
                await _read_some(response)
                asked = response.headers.get("retry-after", "")
                seconds = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0
                return Reply(response.status_code, seconds)

    def check(self, url: str) -> SplitResult:
        """Return the parts of a URL that a user names, before it is stored.

        Parameters
        ----------
        url
            See :func:`check_url`.

        Raises
        ------
        UsageError
            If it cannot be used, or its host may not be called.
        """
        parts = check_url(url, loopback=self.loopback)
        self.egress.check(parts.hostname or "", port_of(parts))
        return parts

    def admit(self, host: str, port: int) -> None:
        """Refuse a host that may not be called.

        Raises
        ------
        RefusedAddressError
            If it is not among those that may.
        """
        if not self.egress.allows(host, port):
            raise RefusedAddressError(f"{host} is not among the hosts of PLIMSOLL_EGRESS")

    async def checked(self, host: str, port: int, *, secure: bool) -> Sequence[str]:
        """Return the addresses of a host to which the platform may talk, at least one.

        Parameters
        ----------
        host, port
            Whom it is to talk to.
        secure
            Whether TLS proves who answers; without it, only this machine may.

        Raises
        ------
        RefusedAddressError
            If the host may not be called, is not there, or any of its addresses is not public.
        """
        self.admit(host, port)
        try:
            found = await self.resolve(host, port)
        except (OSError, UnicodeError):  # the latter of a name that no host can have
            raise RefusedAddressError("the host is not known") from None
        local = self.loopback and bool(found) and all(map(is_loopback, found))
        if not local and (not secure or not found or not all(map(is_public, found))):
            raise RefusedAddressError("the host has an address that is not public")
        return found


def check_url(url: str, *, loopback: bool) -> SplitResult:
    """Return the parts of a URL to which the platform may send.

    Parameters
    ----------
    url
        ``https://host/path``.
    loopback
        Whether plain http to this machine is allowed. What a name means is checked when it is used; an
        address, however it is written, is checked at once.

    Raises
    ------
    UsageError
        If it cannot be used.
    """
    parts = _parsed(url, loopback=loopback)
    address = _address(parts.hostname or "")
    if address and not is_public(address) and not (loopback and is_loopback(address)):
        raise UsageError(
            "the URL has an address that is not public", remedy="Write the name of a public host."
        )
    return parts


def port_of(parts: SplitResult) -> int:
    """Return the port that a URL means.

    Examples
    --------
    >>> port_of(urlsplit("https://example.com/")), port_of(urlsplit("http://example.com:8080/"))
    (443, 8080)
    """
    return parts.port or (443 if parts.scheme == "https" else 80)


def _parsed(url: str, *, loopback: bool) -> SplitResult:
    remedy = "Write it as https://host/path, without user and password."
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and not parts.username and not parts.password and not parts.fragment
        usable = usable and parts.port != 0 and url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        usable = False
    if (
        not usable
        or len(url) > _LONGEST_URL
        or parts.scheme not in ("https", *(["http"] if loopback else []))
    ):
        raise UsageError("the URL cannot be used", remedy=remedy)
    return parts


def _address(host: str) -> str:
    """Return the address that a host is written as, also in ways that only resolvers know; else nothing."""
    if ":" in host or host == "localhost" or host.endswith(".localhost"):
        return host if ":" in host else "127.0.0.1"
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return ""


async def _read_some(response: httpx2.Response) -> None:
    """Read an answer to its end, or until it becomes too long; what it says does not matter."""
    received = 0
    async for chunk in response.aiter_raw():
        received += len(chunk)
        if received > _MOST_BYTES:
            return
