"""What answers while the platform is being started; see also tests/integration/test_first_door.py."""

import json
import subprocess
import sys
from typing import Any

import httpx2
import pytest

from plimsoll.monitoring.metrics import Metrics
from plimsoll.services.risk_api.early_answers import early_answers
from plimsoll.services.risk_api.entry import SECURITY_HEADERS
from plimsoll.services.risk_api.request_limits import LOOPBACK

pytestmark = pytest.mark.anyio


def client_of(
    *, near: str = "127.0.0.1", loopback_only: bool = True, proxies: tuple[str, ...] = ()
) -> httpx2.AsyncClient:
    """Return a client at an address."""
    app = early_answers(Metrics(), hosts=LOOPBACK, loopback_only=loopback_only, proxies=proxies)
    transport = httpx2.ASGITransport(app, client=(near, 1))
    return httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1")


@pytest.mark.parametrize(
    ("path", "status"), [("/livez", 200), ("/api/v1/docs", 200), ("/readyz", 503), ("/anything", 503)]
)
async def test_early_answers_are_protected_as_all_are(path: str, status: int) -> None:
    """They have the security headers, an id, and are not left in a browser; a HEAD has no body."""
    async with client_of() as client:
        answer, head = await client.get(path), await client.head(path)
    assert (answer.status_code, head.status_code, head.content) == (status, status, b"")
    assert set(answer.headers) >= {name.lower() for name in SECURITY_HEADERS} | {"x-request-id"}
    assert answer.headers["cache-control"] == "no-store"


async def test_the_platform_is_not_guessed_at() -> None:
    """What only the platform knows is asked for again a second later; nothing sent comes back."""
    async with client_of() as client:
        for method in ("GET", "POST", "DELETE"):
            answer = await client.request(method, "/api/v1/hunter2", content=b"hunter2")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            assert answer.json()["code"] == "unavailable"
            assert "hunter2" not in answer.text
        assert (await client.post("/livez")).status_code == 503


async def test_limits_hold_before_the_platform_does() -> None:
    """Foreign names, devious paths and large headers are refused."""
    async with client_of() as client:
        assert (await client.get("/livez", headers={"Host": "elsewhere"})).status_code == 400
        assert (await client.get("/livez;a")).status_code == 400
        assert (await client.get("/livez", headers={"X": "a" * 9000})).status_code == 431


async def test_strangers_see_no_page() -> None:
    """Another machine is refused, or, where it may come, told nothing but health."""
    async with client_of(near="192.0.2.1") as client:
        assert (await client.get("/livez")).status_code == 403
    async with client_of(near="192.0.2.1", loopback_only=False) as client:
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/api/v1/docs")).status_code == 503
    async with client_of(proxies=("127.0.0.1/32",), loopback_only=False) as client:
        client.headers["X-Forwarded-For"] = "192.0.2.1"
        assert (await client.get("/api/v1/docs")).status_code == 503


async def test_a_socket_is_refused_with_the_same_problem() -> None:
    """A WebSocket is not accepted."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    scope = {
        "type": "websocket",
        "scheme": "ws",
        "path": "/livez",
        "raw_path": b"/livez",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
        "extensions": {"websocket.http.response": {}},
    }
    await early_answers(Metrics(), hosts=LOOPBACK, loopback_only=True)(scope, receive, send)
    assert sent[0]["status"] == 503
    assert json.loads(sent[1]["body"])["code"] == "unavailable"


def test_the_door_opens_without_what_is_behind_it() -> None:
    """What answers first imports nothing that takes long: that is done while it answers."""
    heavy = (
        "fastapi",
        "sqlalchemy",
        "psycopg",
        "numpy",
        "cryptography",
        "jinja2",
        "plimsoll.workflows.audit",
    )
    program = (
        "import sys, plimsoll.cli.up, plimsoll.cli.platform, plimsoll.services.risk_api.server,"
        "plimsoll.services.risk_api.early_answers, plimsoll.services.risk_api.installation,"
        "plimsoll.monitoring.metrics;"
        f"found = [name for name in {heavy} if name in sys.modules];"
        "sys.exit(f'imported before the door opens: {found}' if found else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
