"""A bare route on the same server: what a load generator can reach at most on this machine.

``python benchmarks/bare_server.py PORT`` answers everything without a framework, and with the name of a file
after the port it is a route of the framework that answers with the bytes of that file.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

import uvloop
from fastapi import FastAPI
from starlette.responses import Response

from plimsoll.services.risk_api.server import Served, serving

__all__ = ["bare", "bare_route"]


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


def bare_route(body: bytes) -> FastAPI:
    """Return an application whose one route answers with these bytes and asks nobody who they are."""
    app = FastAPI()

    @app.get("/api/v1/risk-runs/{run_id}")
    async def read(run_id: str) -> Response:
        return Response(body, headers={"ETag": run_id}, media_type="application/json")

    return app


async def _main(application: Any, port: int) -> None:
    async with serving([Served(application, port)]):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asked: Any = bare_route(Path(sys.argv[2]).read_bytes()) if sys.argv[2:] else bare
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main(asked, int(sys.argv[1])))
