"""JSON from addresses that users name, over real HTTP."""

import pytest

from plimsoll.errors import UnavailableError, UsageError
from plimsoll.workflows.fetching import fetch_json
from plimsoll.workflows.outward import Outward
from scripted_server import Line, scripted_server

pytestmark = pytest.mark.anyio

OUTWARD = Outward(loopback=True, seconds=5.0)


async def test_an_object_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """By reading or by posting a form, with a password where there is one, past no proxy."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with scripted_server([Line(body=b'{"a": 1}')]) as server:
        assert await fetch_json(OUTWARD, f"{server.url}/a") == {"a": 1}
        await fetch_json(OUTWARD, f"{server.url}/b", form={"code": "x y"}, user=("us", "secret"))
    assert [(heard.method, heard.path) for heard in server.heard] == [("GET", "/a"), ("POST", "/b")]
    assert server.heard[1].body == b"code=x+y"
    headers = {name.lower(): value for name, value in server.heard[1].headers.items()}
    assert headers["authorization"] == "Basic dXM6c2VjcmV0"


@pytest.mark.parametrize(
    "line",
    [
        Line(status=302, headers={"Location": "http://169.254.169.254/"}),
        Line(status=500),
        Line(body=b"[1]"),
        Line(body=b"<html>"),
        Line(body=b"[" * 100_000),
        Line(body=b'{"a": "' + b"x" * 300_000 + b'"}'),
        Line(status=0),
    ],
)
async def test_whatever_else_is_said_is_not_taken(line: Line) -> None:
    """Redirections are not followed, and nothing endless is read."""
    with scripted_server([line]) as server, pytest.raises(UnavailableError):
        await fetch_json(OUTWARD, f"{server.url}/a")
    assert len(server.heard) == 1


async def test_inner_addresses_are_not_reached() -> None:
    """Without leave for this machine nothing connects to it, nor in the clear to anywhere."""
    outward = Outward()
    for url in ("https://127.0.0.1/", "https://169.254.169.254/", "https://[::1]/"):
        with pytest.raises(UsageError):
            await fetch_json(outward, url)
    for url in ("http://127.0.0.1/", "file:///etc/passwd", "https://user:secret@example.com/"):
        with pytest.raises(UsageError):
            await fetch_json(outward, url)
