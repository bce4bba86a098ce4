"""Connections of a thread, held to addresses that were checked before, or to names that may be called.

A library that opens connections by itself resolves a name again, which may mean something else by then.
Python tells audit hooks of each look-up and connection before it is made, and one that raises prevents it.
"""

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from ipaddress import ip_address
from typing import Any

from plimsoll.security.addresses import is_public

__all__ = ["connections_held_to", "look_ups_held_to"]

_Allowed = Callable[[str, int], bool]
_LOOK_UPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})


class _Held(threading.local):
    """To which addresses, or to which names and ports, the connections of this thread are held."""

    addresses: frozenset[str] | None = None
    allowed: _Allowed | None = None


_held = _Held()


@contextmanager
def connections_held_to(addresses: Sequence[str]) -> Iterator[None]:
    """Let this thread connect to these addresses, and to no other one, for as long as the block lasts.

    What it tries in vain is an `OSError` for whoever tries. Threads that it starts are not held.

    Parameters
    ----------
    addresses
        Of IPv4 and IPv6, however they are written.

    Examples
    --------
    >>> import socket
    >>> with connections_held_to(["192.0.2.1"]):
    ...     socket.create_connection(("127.0.0.1", 9))
    Traceback (most recent call last):
    PermissionError: the address is not the one that was checked
    """
    _watch()
    before, _held.addresses = _held.addresses, frozenset(map(_plain, addresses))
    try:
        yield
    finally:
        _held.addresses = before


@contextmanager
def look_ups_held_to(allowed: _Allowed) -> Iterator[None]:
    """Let this thread look up these names alone, and connect to public addresses alone.

    What it tries in vain is an `OSError` for whoever tries. Threads that it starts are not held.

    Parameters
    ----------
    allowed
        From a name, or an address, and a port to whether they may be called.

    Examples
    --------
    >>> import socket
    >>> with look_ups_held_to(lambda host, port: host == "hooks.example.com"):
    ...     socket.create_connection(("localhost", 9))
    Traceback (most recent call last):
    PermissionError: the host is not one that may be called
    """
    _watch()
    before, _held.allowed = _held.allowed, allowed
    try:
        yield
    finally:
        _held.allowed = before


@cache
def _watch() -> None:
    """Hear of connections from now on; there is no way back, so once a process."""
    sys.addaudithook(_heard)


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        place = arguments[1]
        address = _plain(str(place[0])) if isinstance(place, tuple) else ""
        if _held.addresses is not None and address not in _held.addresses:
            raise PermissionError("the address is not the one that was checked")
        if _held.allowed is not None and not is_public(address):
            raise PermissionError("the address is not public")
    elif event in _LOOK_UPS and _held.allowed is not None:
        port = arguments[1] if len(arguments) > 1 and isinstance(arguments[1], int) else 0
        if not _held.allowed(str(arguments[0]) if arguments else "", port):
            raise PermissionError("the host is not one that may be called")


def _plain(address: str) -> str:
    """Return an address as all write it; a name, which is resolved while it is connected to, as it is."""
    try:
        return str(ip_address(address.partition("%")[0]))
    except ValueError:
        return address
