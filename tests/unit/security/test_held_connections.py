"""Connections that are held to checked addresses."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from plimsoll.security.held_connections import connections_held_to, look_ups_held_to


@pytest.fixture
def port() -> Iterator[int]:
    """Return a port of this machine on which somebody waits."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost"])
def test_other_addresses_are_not_reached(address: str, port: int) -> None:
    """By whatever name; afterwards they are."""
    with connections_held_to(["192.0.2.1", "::1"]), pytest.raises(OSError, match=r"checked|refused"):
        socket.create_connection((address, port))
    socket.create_connection((address, port)).close()


def test_a_checked_address_is_reached(port: int) -> None:
    """Also by a name that still means it."""
    with connections_held_to(["127.0.0.1"]):
        socket.create_connection(("localhost", port)).close()


def test_a_name_is_no_address(port: int) -> None:
    """A socket that is given a name would have it resolved unseen."""
    with (
        connections_held_to(["127.0.0.1"]),
        socket.socket() as one,
        pytest.raises(PermissionError),
    ):
        one.connect(("localhost", port))


def test_nothing_else_of_this_machine_is_reached() -> None:
    """Sockets in the file system have no address."""
    with (
        connections_held_to(["127.0.0.1"]),
        socket.socket(socket.AF_UNIX) as one,
        pytest.raises(PermissionError),
    ):
        one.connect("/no/such/socket")


def test_other_threads_are_not_held(port: int) -> None:
    """Each thread has its own addresses, also of blocks inside one another."""
    with ExitStack() as stack:
        stack.enter_context(connections_held_to(["127.0.0.1"]))
        with connections_held_to([]), pytest.raises(PermissionError):
            socket.create_connection(("127.0.0.1", port))
        socket.create_connection(("127.0.0.1", port)).close()
        stack.enter_context(connections_held_to([]))
        with ThreadPoolExecutor(1) as threads:
            threads.submit(socket.create_connection, ("127.0.0.1", port)).result().close()


def test_names_that_may_not_be_called_are_not_looked_up(port: int) -> None:
    """With their port, by every way to ask; afterwards they are."""
    asked: list[tuple[str, int]] = []

    def allowed(host: str, at: int) -> bool:
        asked.append((host, at))
        return False

    with look_ups_held_to(allowed):
        for look_up in (
            lambda: socket.create_connection(("localhost", port)),
            lambda: socket.gethostbyname("localhost"),
        ):
            with pytest.raises(PermissionError, match="may be called"):
                look_up()
    assert asked == [("localhost", port), ("localhost", 0)]
    socket.create_connection(("localhost", port)).close()


def test_a_name_that_may_be_called_leads_to_no_inner_address(port: int) -> None:
    """Whatever it means, and also without a look-up."""
    with look_ups_held_to(lambda _, __: True):
        with pytest.raises(PermissionError, match="not public"):
            socket.create_connection(("localhost", port))
        with socket.socket() as one, pytest.raises(PermissionError, match="not public"):
            one.connect(("127.0.0.1", port))
        with socket.socket(socket.AF_UNIX) as one, pytest.raises(PermissionError, match="not public"):
            one.connect("/no/such/socket")
