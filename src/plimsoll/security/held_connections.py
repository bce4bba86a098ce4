"""Connections of a thread, held to addresses that were checked before.

A library that opens connections by itself resolves a name again, which may mean something else by then.
Python tells audit hooks of each connection before it is made, and one that raises prevents it.
"""

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from ipaddress import ip_address
from typing import Any

__all__ = ["connections_held_to"]


class _Held(threading.local):
    """To which addresses the connections of this thread are held; None for any."""

    addresses: frozenset[str] | None = None


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


@cache
def _watch() -> None:
    """Hear of connections from now on; there is no way back, so once a process."""
    sys.addaudithook(_heard)


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect" or _held.addresses is None:
        return
    place = arguments[1]
    if not isinstance(place, tuple) or _plain(str(place[0])) not in _held.addresses:
        raise PermissionError("the address is not the one that was checked")


def _plain(address: str) -> str:
    """Return an address as all write it; a name, which is resolved while it is connected to, as it is."""
    try:
        return str(ip_address(address.partition("%")[0]))
    except ValueError:
        return address
