"""A WebSocket as an ASGI application sees it, for tests that need no server."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any, Self

from starlette.types import ASGIApp, Message

HOST = (b"host", b"127.0.0.1:8000")


class AsgiSocket:
    """One connection: what the client says goes in, what the application says comes out."""

    def __init__(self, app: ASGIApp, path: str, **scope: Any) -> None:
        self.said: asyncio.Queue[Message] = asyncio.Queue()
        self._incoming: asyncio.Queue[Message] = asyncio.Queue()
        self._app = app
        self._scope = {
            "type": "websocket",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [HOST],
            "client": ("127.0.0.1", 4000),
            "server": ("127.0.0.1", 8000),
            "subprotocols": [],
            "extensions": {"websocket.http.response": {}},
            **scope,
        }

    async def __aenter__(self) -> Self:
        """Connect."""
        await self._incoming.put({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._serve())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave, and wait until the application has noticed."""
        await self._incoming.put({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self._task, 5)

    async def say(self, text: str | bytes) -> None:
        """Send a message."""
        kind = "text" if isinstance(text, str) else "bytes"
        await self._incoming.put({"type": "websocket.receive", kind: text})

    async def hear(self) -> Message:
        """Return the next message of the application."""
        return await asyncio.wait_for(self.said.get(), 5)

    async def hear_json(self) -> dict[str, Any]:
        """Return the next message of the application, read as JSON."""
        message: dict[str, Any] = json.loads((await self.hear())["text"])
        return message

    async def _serve(self) -> None:
        await self._app(self._scope, self._incoming.get, self.said.put)


async def refusal(app: ASGIApp, path: str, headers: Sequence[tuple[bytes, bytes]] = (), **scope: Any) -> int:
    """Return the HTTP status with which a connection is refused; 101 if it is taken."""
    async with AsgiSocket(app, path, headers=[HOST, *headers], **scope) as socket:
        first = await socket.hear()
        return 101 if first["type"] == "websocket.accept" else int(first["status"])
