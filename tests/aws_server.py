"""Amazon Web Services on loopback: a moto server of the test session's own."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

_SECONDS = 60.0
# Nobody is asked who he is; boto3 wants to be told all the same.
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
# Their code is imported when they are first asked, for longer than we wait for an answer.
SERVICES = ("kms", "secretsmanager", "ses", "sns")


@pytest.fixture(scope="session")
def aws_server() -> Iterator[str]:
    """Yield the URL of a moto server that no other test session knows."""
    with moto_server() as url:
        yield url


@pytest.fixture
def aws_url(aws_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the URL of the moto server, which boto3 uses for this test."""
    for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": aws_server}.items():
        monkeypatch.setenv(name, value)
    return aws_server


@contextmanager
def moto_server() -> Iterator[str]:
    """Run a moto server for as long as the block lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    import httpx2

    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port, process)
        url = f"http://127.0.0.1:{port}"
        for service in SERVICES:
            scope = f"AWS4-HMAC-SHA256 Credential=testing/20250101/eu-central-1/{service}/aws4_request"
            httpx2.get(url, headers={"Authorization": scope}, timeout=_SECONDS)
        yield url
    finally:
        process.kill()
        process.wait(_SECONDS)


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), 1.0):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the moto server does not start")
