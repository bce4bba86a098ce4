"""A platform as an attacker meets it: ``plimsoll up`` as a process, and sockets that say what they like."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from api_server import Reply, say
from certificates import write_certificate
from platform_process import Running, free_ports, platform

NAME = "risk.example"
"""Under which a proxy serves the platform besides."""

PROXY = "127.0.0.2"
"""Whom the platform believes; everybody else comes from 127.0.0.1."""

CANARY = "hunter2-canary"
"""What no answer and no log may repeat."""


@dataclass(frozen=True)
class Site:
    """A running platform."""

    running: Running
    home: Path

    @property
    def url(self) -> str:
        """Where the API is."""
        return self.running.url

    @property
    def port(self) -> int:
        """Of the API."""
        return int(urlsplit(self.running.url).port or 0)

    @property
    def tls_port(self) -> int:
        """Of the API, with TLS."""
        return int(urlsplit(self.running.told["web"]).port or 0)

    @property
    def metrics_port(self) -> int:
        """Of the metrics."""
        return int(urlsplit(self.running.told["metrics"]).port or 0)

    @property
    def log(self) -> str:
        """All that was logged so far."""
        return (self.home / "up.log").read_text()

    @property
    def keyed(self) -> bytes:
        """The header with the API key of the machine."""
        return f"Authorization: Bearer {self.running.key}\r\n".encode()

    def ask(self, line: str, *headers: bytes, body: bytes = b"", host: str = "127.0.0.1") -> Reply | None:
        """Send a request, as it is, with a host and nothing else that is not said; None if it hangs up."""
        return say(self.port, _request(line, host, headers, body))

    def answered(
        self, line: str, *headers: bytes, body: bytes = b"", host: str = "127.0.0.1", source: str = ""
    ) -> Reply:
        """Send a request to which there must be an answer."""
        reply = say(self.port, _request(line, host, headers, body), source=source)
        assert reply is not None, line
        return reply

    def client(self, **options: Any) -> httpx2.Client:
        """Return a client with the API key of the machine."""
        headers = {"Authorization": f"Bearer {self.running.key}", **options.pop("headers", {})}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=30, **options)

    def is_well(self) -> bool:
        """Return whether the server still answers."""
        reply = self.ask("GET /livez")
        return reply is not None and reply.status == 200


@contextmanager
def attacked_site(home: Path, *settings: str) -> Iterator[Site]:
    """Run a platform behind one trusted proxy, in an empty home."""
    chain, key = write_certificate(home, NAME)
    lines = [f'hosts = ["{NAME}"]', f'proxies = ["{PROXY}/32"]', *settings]
    lines += [f'tls_cert = "{chain}"', f'tls_key = "{key}"', f"tls_port = {free_ports()[0]}"]
    (home / "plimsoll.toml").write_text("\n".join(lines) + "\n")
    with platform(home, "--no-demo") as running:
        yield Site(running, home)


def is_refused(reply: Reply | None) -> bool:
    """Return whether the client is blamed or left, and nothing of what it said is repeated."""
    if reply is None:
        return True
    repeated = CANARY.encode() in reply.body or CANARY in str(reply.headers)
    return 400 <= reply.status < 500 and not repeated


def _request(line: str, host: str, headers: tuple[bytes, ...], body: bytes) -> bytes:
    first = f"{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n".encode()
    length = b"Content-Length: %d\r\n" % len(body) if body else b""
    return first + length + b"".join(headers) + b"\r\n" + body
