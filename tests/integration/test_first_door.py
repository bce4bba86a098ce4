"""What a platform answers before it is there: the door opens first."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from platform_process import starting
from plimsoll.services.risk_api.entry import SECURITY_HEADERS
from plimsoll.services.risk_api.running import running_url
from postgres import execute

STOP_SECONDS = 10.0  # five on an idle machine
LOCK = "SELECT pg_advisory_lock(hashtextextended('plimsoll schema', 0))"


@contextmanager
def held(url: str) -> Iterator[None]:
    """Keep a platform from coming further than to the upgrade of its database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(LOCK)
        yield


def ask(connection: HTTPConnection, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of an answer."""
    connection.request(method, path)
    answer = connection.getresponse()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def test_the_page_is_there_before_the_platform(database_url: str, tmp_path: Path) -> None:
    """Page, document and life come first, the rest is asked for later, and a connection sees it come."""
    place = ("--no-demo", "--database-url", database_url)
    pages = ("/api/v1/docs", "/api/v1/openapi.json", "/page.css", "/page.js", "/icon.svg")
    with starting(tmp_path, *place) as platform, ExitStack() as holding:
        holding.enter_context(held(database_url))
        with platform.connection() as connection:
            socket = connection.sock
            early = [ask(connection, path) for path in pages]
            assert {status for status, _, _ in early} == {200}
            assert ask(connection, "/livez")[0] == 200
            for path in ("/readyz", "/startupz"):
                assert ask(connection, path)[::2] == (503, b"not ready\n")
            for method, path in (
                ("GET", "/api/v1/portfolios"),
                ("POST", "/api/v1/tokens"),
                ("POST", "/livez"),
            ):
                assert_comes_later(ask(connection, path, method))
            address = f"http://127.0.0.1:{platform.port}"
            assert httpx2.get(f"{address}/livez", headers={"Host": "elsewhere"}).status_code == 400
            assert running_url(tmp_path / ".local" / "share" / "plimsoll") is None
            holding.close()
            # Asked all the time: a connection that rests for ten seconds is closed.
            while ask(connection, "/startupz")[0] != 200:
                time.sleep(0.1)
            assert ask(connection, "/api/v1/portfolios")[0] == 401
            assert [ask(connection, path)[2] for path in pages] == [body for _, _, body in early]
            assert connection.sock is socket
        measured = httpx2.get(json.loads(platform.told())["metrics"]).text
        assert (
            'plimsoll_http_request_seconds_count{method="GET",route="/api/v1/docs",status="200"} 2.0'
            in measured
        )
        platform.process.send_signal(signal.SIGINT)
        assert platform.process.wait(STOP_SECONDS) == 0


def assert_comes_later(answer: tuple[int, dict[str, str], bytes]) -> None:
    """Check that an answer asks to come back, as problem details with all that protects an answer."""
    status, headers, body = answer
    problem: dict[str, Any] = json.loads(body)
    assert (status, headers["retry-after"], problem["code"]) == (503, "1", "unavailable")
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-request-id"] == problem["request_id"]
    assert set(headers) >= {name.lower() for name in SECURITY_HEADERS}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_start_that_is_stopped(number: int, database_url: str, tmp_path: Path) -> None:
    """A signal while the door alone is there ends it at once and in good order."""
    with starting(tmp_path, "--database-url", database_url) as platform, held(database_url):
        with platform.connection() as connection:
            assert ask(connection, "/livez")[0] == 200
            platform.process.send_signal(number)
            assert platform.process.wait(STOP_SECONDS) == 0
        assert platform.told() == ""
    assert (tmp_path / "up.log").read_text().endswith("Stopped.\n")


def test_a_start_that_fails_closes_the_door(database_url: str, tmp_path: Path) -> None:
    """The message and the code are those of the failure; nobody goes on answering."""
    with starting(tmp_path, "--database-url", database_url) as platform:
        with held(database_url), platform.connection() as connection:
            assert ask(connection, "/livez")[0] == 200
            execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
        assert platform.process.wait(20) == 4
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(f"http://127.0.0.1:{platform.port}/livez")
    said = (tmp_path / "up.log").read_text()
    assert said.startswith("plimsoll: ")
    assert "newer" in said
