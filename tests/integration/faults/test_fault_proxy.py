"""The proxy by which other tests make faults does what its toxics promise."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fault_proxy import (
    Bandwidth,
    CutMessage,
    FaultProxy,
    Latency,
    LimitData,
    ResetPeer,
    Slicer,
    SlowClose,
    Stream,
    Timeout,
    fault_proxy,
)


@contextmanager
def echo_server() -> Iterator[int]:
    """Run a server that sends back what it gets."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        ended = threading.Event()

        def serve(connection: socket.socket) -> None:
            with connection:
                connection.settimeout(10)
                try:
                    while data := connection.recv(65536):
                        connection.sendall(data)
                except OSError:
                    pass

        def accept() -> None:
            while not ended.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            ended.set()
            thread.join()


@pytest.fixture
def proxy() -> Iterator[FaultProxy]:
    """Yield a proxy before an echo."""
    with echo_server() as port, fault_proxy(("127.0.0.1", port)) as proxy:
        yield proxy


@pytest.fixture
def client(proxy: FaultProxy) -> Iterator[socket.socket]:
    """Yield a connection to the echo through the proxy, in use."""
    with socket.create_connection(("127.0.0.1", proxy.port), 5) as client:
        assert echoed(client, b"hello") == b"hello"
        yield client


def echoed(client: socket.socket, data: bytes) -> bytes:
    """Send data and return what comes back, until all of it has or the connection ends."""
    client.sendall(data)
    received = b""
    while len(received) < len(data) and (chunk := client.recv(65536)):
        received += chunk
    return received


def seconds_for(client: socket.socket, data: bytes) -> float:
    """Return how long an echo takes."""
    begun = time.monotonic()
    assert echoed(client, data) == data
    return time.monotonic() - begun


def test_latency_delays_and_passes(proxy: FaultProxy, client: socket.socket) -> None:
    """Data comes late, each way for itself, and in time again afterwards."""
    with proxy.toxic(Latency(latency=0.1), Latency(latency=0.1, stream=Stream.UPSTREAM)):
        assert seconds_for(client, b"late") >= 0.2
    assert min(seconds_for(client, b"in time") for _ in range(5)) < 0.2


def test_bandwidth_slows_down(proxy: FaultProxy, client: socket.socket) -> None:
    """Bytes take the time that their number asks for."""
    with proxy.toxic(Bandwidth(rate=100_000)):
        assert seconds_for(client, b"x" * 20_000) >= 0.2


def test_slicer_breaks_data_into_pieces(proxy: FaultProxy, client: socket.socket) -> None:
    """Everything arrives, in slices with pauses."""
    with proxy.toxic(Slicer(average_size=10, size_variation=2, delay=0.01)):
        assert seconds_for(client, bytes(range(100))) >= 0.07


def test_timeout_without_end_is_a_black_hole(proxy: FaultProxy, client: socket.socket) -> None:
    """Nothing comes back and the connection stays; later data passes."""
    client.settimeout(0.2)
    with proxy.toxic(Timeout()), pytest.raises(TimeoutError):
        echoed(client, b"lost")
    assert echoed(client, b"after") == b"after"


def test_timeout_ends_the_connection(proxy: FaultProxy, client: socket.socket) -> None:
    """After its time the connection ends in good order, without the data."""
    with proxy.toxic(Timeout(timeout=0.1)):
        assert echoed(client, b"lost") == b""


def test_reset_peer_resets(proxy: FaultProxy, client: socket.socket) -> None:
    """The client sees a reset, not an end."""
    with proxy.toxic(ResetPeer()), pytest.raises(ConnectionResetError):
        echoed(client, b"lost")


def test_limit_data_ends_after_so_many_bytes(proxy: FaultProxy, client: socket.socket) -> None:
    """What was sent before counts; the rest is cut off."""
    with proxy.toxic(LimitData(bytes=8)):
        assert echoed(client, b"012345") == b"012"


def test_slow_close_delays_the_end(proxy: FaultProxy, client: socket.socket) -> None:
    """The end of the server reaches the client late."""
    begun = time.monotonic()
    with proxy.toxic(SlowClose(delay=0.2)):
        client.shutdown(socket.SHUT_WR)
        assert client.recv(10) == b""
    assert time.monotonic() - begun >= 0.2


def test_down_ends_and_refuses(proxy: FaultProxy, client: socket.socket) -> None:
    """Old connections are reset, new ones refused, until it is up again on the same port."""
    with proxy.down():
        with pytest.raises(ConnectionError):
            echoed(client, b"gone")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", proxy.port), 1)
    with socket.create_connection(("127.0.0.1", proxy.port), 5) as again:
        assert echoed(again, b"back") == b"back"


def test_reset_all_spares_new_connections(proxy: FaultProxy, client: socket.socket) -> None:
    """What there is ends; what comes later is served."""
    proxy.reset_all()
    with pytest.raises(ConnectionError):
        echoed(client, b"gone")
    with socket.create_connection(("127.0.0.1", proxy.port), 5) as again:
        assert echoed(again, b"back") == b"back"
    assert proxy.open <= 1


@pytest.mark.parametrize("delivered", [True, False])
def test_a_message_is_cut(proxy: FaultProxy, client: socket.socket, delivered: bool) -> None:
    """Of the messages with these bytes the second resets the connection; others pass."""
    with proxy.cutting(CutMessage(number=2, delivered=delivered, containing=b"COMMIT")) as cut:
        for data in (b"COMMIT 1", b"BEGIN"):
            assert echoed(client, data) == data
        with pytest.raises(ConnectionResetError):
            echoed(client, b"COMMIT 2")
    assert cut.done
