"""An application on two ports (pure ASGI): its lifespan, and what that prepares, belong to the first one."""

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["FirstDoor", "SecondDoor"]


class FirstDoor:
    """Hands everything on, and keeps what the lifespan prepares for requests.

    Parameters
    ----------
    app
        An ASGI application with a lifespan.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.state: dict[str, Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket, or the lifespan."""
        if scope["type"] == "lifespan":
            self.state = scope.setdefault("state", {})
        await self.app(scope, receive, send)


class SecondDoor:
    """Hands requests on with what was prepared behind the first door, and begins and ends nothing.

    Parameters
    ----------
    first
        Served for at least as long.
    """

    def __init__(self, first: FirstDoor) -> None:
        self.first = first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] != "lifespan":
            await self.first.app({**scope, "state": dict(self.first.state)}, receive, send)
            return
        for kind in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{kind}.complete"})
