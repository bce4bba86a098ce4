"""A receiver of webhooks on loopback: a real HTTP server that answers by a script."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Answer:
    """What it does with one message; status 0 takes it and hangs up without an answer."""

    status: int = 204
    location: str = ""
    retry_after: str = ""
    drip_seconds: float = 0.0
    endless: bool = False


@dataclass
class Receiver:
    """A running receiver and what it was sent."""

    url: str
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def verified(self, secret: str, number: int = -1) -> Any:
        """Return a message that it got, checked by the official library."""
        headers, body = self.got[number]
        return Webhook(secret).verify(body, headers)


@contextmanager
def receiver(answers: Sequence[Answer] = (Answer(),)) -> Iterator[Receiver]:
    """Answer one message after the other; the last answer is given again and again."""
    found = Receiver("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Take a message."""
            answer = answers[min(len(found.got), len(answers) - 1)]
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append((dict(self.headers), body))
            if answer.status == 0:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in (("Location", answer.location), ("Retry-After", answer.retry_after)):
                if value:
                    self.send_header(name, value)
            if answer.endless or answer.drip_seconds:
                self.end_headers()
                self._go_on(answer)
            else:
                self.send_header("Content-Length", "0")
                self.end_headers()

        def _go_on(self, answer: Answer) -> None:
            self.close_connection = True
            ends = time.monotonic() + (answer.drip_seconds or 5.0)
            try:
                while time.monotonic() < ends:
                    self.wfile.write(b"x" * (65536 if answer.endless else 1))
                    time.sleep(0.0 if answer.endless else 0.05)
            except OSError:
                pass

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the name is the library's
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
