"""A web server that answers by a script, to see what a client does about bad answers."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Line:
    """One answer of the script; status 0 hangs up instead."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Heard:
    """One request that came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Scripted:
    """A running server and what it has heard."""

    url: str
    heard: list[Heard]


@contextmanager
def scripted_server(lines: Sequence[Line]) -> Iterator[Scripted]:
    """Answer with one line after the other; the last one again and again."""
    heard: list[Heard] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            """Say the next line."""
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            line = lines[min(len(heard), len(lines) - 1)]
            heard.append(Heard(self.command, self.path, dict(self.headers), body))
            if line.status == 0:
                self.close_connection = True
                return
            self.send_response(line.status)
            for name, value in line.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(line.body)))
            self.end_headers()
            self.wfile.write(line.body)

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the name is the library's
            """Keep quiet."""

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.answer)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Scripted(f"http://127.0.0.1:{server.server_port}", heard)
        finally:
            server.shutdown()
            thread.join()
