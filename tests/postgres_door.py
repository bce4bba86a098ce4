"""A door before a real PostgreSQL, as Amazon RDS has one: TLS, certificates of clients, tokens as passwords.

The embedded server knows no TLS. Who is let in talks to it from then on, as the user they have shown to be.
"""

import datetime as dt
import select
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

_TLS, _GSS, _CANCEL = 80877103, 80877104, 80877102
_LIFE = dt.timedelta(minutes=15)
_LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass
class Door:
    """An open door.

    Parameters
    ----------
    port
        On loopback.
    since
        Tokens that were made before are over.
    """

    port: int = 0
    since: dt.datetime = _LONG_AGO
    users: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def takes(self, token: str, user: str) -> bool:
        """Return whether a token lets a user in: made for them and this place, and neither old nor over."""
        with self.lock:
            self.tokens.append(token)
        place = urlsplit(f"https://{token}")
        said = {name: values[0] for name, values in parse_qs(place.query).items()}
        try:
            made = dt.datetime.strptime(said["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
            for_us = place.netloc == f"localhost:{self.port}" and said["DBUser"] == user
            whole = (said["Action"], said["X-Amz-Expires"], len(said["X-Amz-Signature"])) == (
                "connect",
                "900",
                64,
            )
        except (KeyError, ValueError):
            return False
        return for_us and whole and made >= self.since and dt.datetime.now(dt.UTC) < made + _LIFE


@contextmanager
def door(server: str, *, context: ssl.SSLContext | None = None, tokens: bool = False) -> Iterator[Door]:
    """Open one before the server of a URL for as long as the block lasts.

    Parameters
    ----------
    server
        URL of the embedded server.
    context
        With which TLS is spoken, and required; the name in a client's certificate has to be the user.
    tokens
        Whether the password has to be a token.
    """
    opened = Door()
    behind = f"{parse_qs(urlsplit(server).query)['host'][0]}/.s.PGSQL.5432"

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            """Let somebody in, or not."""
            client, startup = _greeted(self.request, context)
            with client:  # that of TLS has taken the other one over
                if startup is not None:
                    self._led_in(client, startup)

        def _led_in(self, client: socket.socket, startup: bytes) -> None:
            words = startup[8:].split(b"\0")
            user = dict(zip(words[::2], words[1::2], strict=False))[b"user"].decode()
            if context is not None and not _is_named(client, user):
                client.sendall(_refusal("28000", "the certificate is for somebody else"))
            elif tokens and not opened.takes(_password(client), user):
                client.sendall(_refusal("28P01", "PAM authentication failed"))
            else:
                with opened.lock:
                    opened.users.append(user)
                with socket.socket(socket.AF_UNIX) as inside:
                    inside.connect(behind)
                    inside.sendall(startup)
                    _relay(client, inside)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as serving:
        opened.port = serving.socket.getsockname()[1]
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield opened
        finally:
            serving.shutdown()
            thread.join()


def _greeted(client: socket.socket, context: ssl.SSLContext | None) -> tuple[socket.socket, bytes | None]:
    """Return the connection, by then with TLS if it is spoken, and the message that begins a session."""
    while True:
        try:
            head = _exactly(client, 8)
        except OSError:
            return client, None
        length, code = struct.unpack("!II", head)
        if code == _TLS and context is not None and not isinstance(client, ssl.SSLSocket):
            client.sendall(b"S")
            try:
                client = context.wrap_socket(client, server_side=True)
            except OSError:
                return client, None
        elif code in (_TLS, _GSS):
            client.sendall(b"N")
        elif code == _CANCEL or (context is not None and not isinstance(client, ssl.SSLSocket)):
            return client, None
        else:
            return client, head + _exactly(client, length - 8)


def _is_named(client: socket.socket, user: str) -> bool:
    assert isinstance(client, ssl.SSLSocket)
    found = client.getpeercert() or {}
    subject = [pair for part in found.get("subject", ()) for pair in part]
    return ("commonName", user) in subject


def _password(client: socket.socket) -> str:
    client.sendall(b"R" + struct.pack("!II", 8, 3))
    kind, length = struct.unpack("!cI", _exactly(client, 5))
    assert kind == b"p"
    return _exactly(client, length - 4).removesuffix(b"\0").decode()


def _refusal(state: str, message: str) -> bytes:
    said = f"SFATAL\0VFATAL\0C{state}\0M{message}\0\0".encode()
    return b"E" + struct.pack("!I", len(said) + 4) + said


def _exactly(client: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        piece = client.recv(count - len(found))
        if not piece:
            raise ConnectionError
        found += piece
    return found


def _relay(client: socket.socket, inside: socket.socket) -> None:
    """Pass on what each of them says, until one has nothing more to say."""
    with suppress(OSError):
        while True:
            waiting = isinstance(client, ssl.SSLSocket) and client.pending()
            ready = [client] if waiting else select.select([client, inside], [], [])[0]
            for one in ready:
                piece = one.recv(65536)
                if not piece:
                    return
                (inside if one is client else client).sendall(piece)
