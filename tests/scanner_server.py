"""A virus scanner on loopback that speaks clamd's protocol as its manual has it, and fails on request."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PATTERN = b"PLIMSOLL-HARMLESS-TEST-PATTERN"
"""What it takes for a virus; no program does anything with it."""

INFECTION = "Plimsoll.Test.UNOFFICIAL"


@dataclass
class Scanner:
    """A running scanner: what it answers where that is said, what it was sent, and how often it was asked."""

    url: str
    answer: bytes | None = None
    silent: bool = False
    files: list[bytes] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


@contextmanager
def scanner(place: Path | None = None) -> Iterator[Scanner]:
    """Scan on a socket file, or on a port of this machine, for as long as the block lasts."""
    found = Scanner("")

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            """Answer one command and hang up."""
            command = self._word()
            if command == b"zVERSION":
                self.wfile.write(b"ClamAV 9.9.9/1/Mon Jun 29 09:30:12 2026\0")
                return
            assert command == b"zINSTREAM", command
            if found.answer is not None:
                self.wfile.write(found.answer)
                return
            content = b"".join(iter(self._piece, b""))
            found.files.append(content)
            if found.silent:
                found.released.wait(30)
                return
            said = f"stream: {INFECTION} FOUND" if PATTERN in content else "stream: OK"
            self.wfile.write(said.encode() + b"\0")

        def _word(self) -> bytes:
            return b"".join(iter(lambda: self.rfile.read(1), b"\0"))

        def _piece(self) -> bytes:
            return self.rfile.read(int.from_bytes(self.rfile.read(4), "big"))

    with _server(place, Handler) as server:
        found.url = f"unix://{place}" if place else f"tcp://127.0.0.1:{server.socket.getsockname()[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield found
        finally:
            found.released.set()
            server.shutdown()
            thread.join()


class _Many:
    """Lets many wait at the door at once."""

    request_queue_size = 64


class _ByPort(_Many, socketserver.ThreadingTCPServer):
    pass


class _ByFile(_Many, socketserver.ThreadingUnixStreamServer):
    pass


def _server(place: Path | None, handler: type[socketserver.BaseRequestHandler]) -> _ByPort | _ByFile:
    return _ByPort(("127.0.0.1", 0), handler) if place is None else _ByFile(str(place), handler)
