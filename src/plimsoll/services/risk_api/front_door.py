"""A door that opens before what lies behind it is there (pure ASGI), on as many ports as there are."""

from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["FrontDoor"]


class FrontDoor:
    """Hands requests on to the application that is behind it at the time.

    It begins and ends nothing: the lifespan of an application is for whoever puts it there, with
    `plimsoll.services.risk_api.context.in_process`.

    Parameters
    ----------
    app
        What answers at first; may be replaced at any time.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        for kind in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{kind}.complete"})
