"""Serving applications on ports until told to stop."""

import asyncio
from typing import Any

import httpx2
import pytest

from platform_process import free_ports
from plimsoll.errors import UnavailableError
from plimsoll.services.risk_api.ports import ADDRESS, check_free
from plimsoll.services.risk_api.server import Served, serving

pytestmark = pytest.mark.anyio


class Application:
    """An application that notes its end, and is slow where it is asked to be."""

    def __init__(self, *, starts: bool = True, slow_seconds: float = 0.5) -> None:
        self.starts = starts
        self.slow_seconds = slow_seconds
        self.told: list[str] = []
        self.asked = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve."""
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": f"lifespan.startup.{'complete' if self.starts else 'failed'}"})
            await receive()
            self.told.append("ended")
            await send({"type": "lifespan.shutdown.complete"})
            return
        if scope["path"] == "/slow":
            self.asked.set()
            await asyncio.sleep(self.slow_seconds)
            self.told.append("answered")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})


async def test_several_applications_are_served() -> None:
    """In the block each answers on its port; after it none does."""
    ports = free_ports()
    async with serving([Served(Application(), port) for port in ports]), httpx2.AsyncClient() as client:
        for port in ports:
            assert (await client.get(f"http://{ADDRESS}:{port}/")).text == "done"
    for port in ports:
        check_free(port)


async def test_requests_under_way_are_answered_before_the_lifespan_ends() -> None:
    """Stopping waits for the answer, and the application keeps what it needs until then."""
    app, port = Application(), free_ports()[0]
    async with httpx2.AsyncClient() as client:
        async with serving([Served(app, port)]):
            asked = asyncio.create_task(client.get(f"http://{ADDRESS}:{port}/slow"))
            await app.asked.wait()
        assert (await asked).text == "done"
    assert app.told == ["answered", "ended"]


async def test_a_request_without_end_does_not_hold_the_stop_for_long() -> None:
    """After a few seconds the lifespan ends all the same."""
    app, port = Application(slow_seconds=60.0), free_ports()[0]
    async with httpx2.AsyncClient() as client:
        async with asyncio.timeout(30), serving([Served(app, port)]):
            asked = asyncio.create_task(client.get(f"http://{ADDRESS}:{port}/slow"))
            await app.asked.wait()
        await asyncio.gather(asked, return_exceptions=True)
    assert app.told == ["ended"]


async def test_a_port_that_is_taken() -> None:
    """It is refused by name, also where the other one is a server of ours."""
    port = free_ports()[0]
    async with serving([Served(Application(), port)]):
        with pytest.raises(UnavailableError, match=f"port {port} cannot be used") as raised:
            async with serving([Served(Application(), port, "--metrics-port")]):
                pass
    assert "--metrics-port" in raised.value.remedy


async def test_an_application_that_does_not_start() -> None:
    """Nothing is served, and the error says on which port."""
    port = free_ports()[0]
    with pytest.raises(UnavailableError, match=f"nothing answers on port {port}"):
        async with serving([Served(Application(starts=False), port)]):
            pass


async def test_nothing_to_serve() -> None:
    """A platform without TLS has no second door: it stops as any other."""
    async with serving([]):
        pass
