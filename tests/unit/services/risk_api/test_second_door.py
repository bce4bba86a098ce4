"""An application on two ports."""

from typing import Any

import pytest

from plimsoll.services.risk_api.second_door import FirstDoor, SecondDoor

pytestmark = pytest.mark.anyio


async def test_requests_are_handed_on_and_the_lifespan_is_not() -> None:
    """Both doors lead to the same, with what the one lifespan has prepared; of another none is heard."""
    seen: list[Any] = []
    sent: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        if scope["type"] == "lifespan":
            scope["state"]["prepared"] = "once"
        seen.append((scope["type"], scope["state"]))

    async def receive() -> Any:
        return {}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    first = FirstDoor(app)
    await first({"type": "lifespan"}, receive, send)
    for kind in ("lifespan", "http", "websocket"):
        await SecondDoor(first)({"type": kind, "state": {}}, receive, send)
    assert seen == [(kind, {"prepared": "once"}) for kind in ("lifespan", "http", "websocket")]
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert seen[1][1] is not seen[2][1]
