"""A bare route on the same server: what a load generator can reach at most on this machine."""

import asyncio
import sys
from typing import Any

from plimsoll.services.risk_api.server import Served, serving

__all__ = ["bare"]


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """Answer everything with the same few bytes."""
    if scope["type"] == "lifespan":
        for event in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{event}.complete"})
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})


async def _main(port: int) -> None:
    async with serving([Served(bare, port)]):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
