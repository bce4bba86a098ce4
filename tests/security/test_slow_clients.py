"""Clients that take their time so that there is none for others."""

import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from attacked_site import Site

EACH = 100
PATIENCE = 25.0  # the server has ten seconds of it; a busy machine takes longer
JSON = b"Content-Type: application/json\r\n"


@contextmanager
def connections(site: Site, said: bytes, count: int) -> Iterator[list[socket.socket]]:
    """Open connections that say something and no more."""
    with ExitStack() as stack:
        opened = []
        for _ in range(count):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", site.port), 5))
            one.sendall(said)
            opened.append(one)
        yield opened


def test_slow_headers_bodies_and_idlers_are_left(site: Site) -> None:
    """Hundreds of them keep nobody from being served, and each is left after a while."""
    post = b"POST /api/v1/portfolios HTTP/1.1\r\nHost: 127.0.0.1\r\n" + site.keyed + JSON
    dripping = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: "
    silent = {
        "first line": b"GET /li",
        "body": post + b'Content-Length: 100\r\n\r\n{"n',
        "chunks": post + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
        "nothing": b"",
    }
    slowest = 0.0
    with ExitStack() as stack:
        waiting = stack.enter_context(selectors.DefaultSelector())
        drips = stack.enter_context(connections(site, dripping, EACH))
        names = dict.fromkeys(drips, "headers")
        for name, said in silent.items():
            names |= dict.fromkeys(stack.enter_context(connections(site, said, EACH)), name)
        for one in names:
            waiting.register(one, selectors.EVENT_READ)
        ends = time.monotonic() + PATIENCE
        while names and time.monotonic() < ends:
            time.sleep(0.5)
            for one in [one for one in drips if one in names]:
                with suppress(OSError):
                    one.sendall(b"a")
            for key, _ in waiting.select(0):
                if isinstance(key.fileobj, socket.socket) and _has_ended(key.fileobj):
                    waiting.unregister(key.fileobj)
                    del names[key.fileobj]
            asked = time.monotonic()
            assert site.is_well()
            slowest = max(slowest, time.monotonic() - asked)
    assert set(names.values()) == set()
    assert slowest < 2.0


def _has_ended(one: socket.socket) -> bool:
    try:
        return not one.recv(65536)
    except OSError:
        return True


def test_who_reads_nothing_holds_up_nobody(site: Site) -> None:
    """Answers that are not taken wait in their own connections."""
    asked = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with connections(site, asked * 20, 50):
        for _ in range(5):
            assert site.is_well()
