"""A door behind which applications change."""

from typing import Any

import pytest

from plimsoll.services.risk_api.front_door import FrontDoor

pytestmark = pytest.mark.anyio


async def test_requests_go_to_what_is_there_and_the_lifespan_to_nobody() -> None:
    """Each request finds the application of its time; of starting and stopping none of them hears."""
    seen: list[tuple[str, str]] = []
    sent: list[str] = []

    def named(name: str) -> Any:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            del receive, send
            seen.append((name, scope["type"]))

        return app

    async def receive() -> Any:
        return {}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    door = FrontDoor(named("early"))
    for kind in ("lifespan", "http"):
        await door({"type": kind}, receive, send)
    door.app = named("whole")
    for kind in ("http", "websocket"):
        await door({"type": kind}, receive, send)
    assert seen == [("early", "http"), ("whole", "http"), ("whole", "websocket")]
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
