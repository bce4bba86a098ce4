"""The platform of ``plimsoll up``: doors that open at once, and what is put behind them."""

import asyncio
import gc
import ipaddress
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.cli.configuration import settings
from plimsoll.cli.telling import Telling
from plimsoll.errors import PlimsollError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from plimsoll.services.risk_api.certificate import Certificate
    from plimsoll.services.risk_api.context import ApiContext
    from plimsoll.services.risk_api.installation import Installation
    from plimsoll.services.risk_api.server import Served

__all__ = ["Platform", "Tls"]

# New objects after which garbage is looked for. A request makes hundreds, hardly one of them in a circle, and
# with the usual 700 the looks took a tenth of the time of calculations, a hundred milliseconds at once.
_GARBAGE = 10_000


@dataclass(frozen=True)
class Tls:
    """Where TLS is spoken, and with what."""

    certificate: "Certificate"
    address: str
    port: int


class Platform:
    """What is served on the ports of this machine: early answers at first, then everything.

    Parameters
    ----------
    place
        Where its data is.
    ports
        Of the API and of the metrics.
    tls
        How TLS is spoken besides; None for not at all.
    demo
        Whether to put demo books into an empty database.
    telling
        Hears how it goes.
    """

    def __init__(
        self, place: "Installation", ports: tuple[int, int], tls: Tls | None, demo: bool, telling: Telling
    ) -> None:
        from plimsoll.monitoring.metrics import Metrics
        from plimsoll.services.risk_api.early_answers import early_answers
        from plimsoll.services.risk_api.front_door import FrontDoor
        from plimsoll.services.risk_api.ports import ADDRESS

        self.place = place
        self.telling = telling
        self.url, self._metrics_url = (f"http://{ADDRESS}:{port}" for port in ports)
        self._ports = ports
        self._tls = tls
        self._demo = demo
        self._alone = tls is None or ipaddress.ip_address(tls.address).is_loopback
        self._metrics = Metrics()
        self._front = FrontDoor(
            early_answers(self._metrics, hosts=place.names, loopback_only=self._alone, proxies=place.proxies)
        )

    @property
    def served(self) -> "list[Served]":
        """What is served where; the same door leads in from all ports of the API."""
        from plimsoll.monitoring.metrics import metrics_app
        from plimsoll.services.risk_api.server import Served

        front, metrics, tls = self._front, metrics_app(self._metrics), self._tls
        served = [Served(front, self._ports[0]), Served(metrics, self._ports[1], "--metrics-port")]
        if tls is not None:
            served.append(Served(front, tls.port, "--tls-port", tls.address, tls.certificate))
        return served

    async def run(self, database_url: str, doors: AsyncExitStack, stop: asyncio.Event) -> None:
        """Put the API behind the open doors, and close them when a stop is asked for.

        Parameters
        ----------
        database_url
            Of a database that is up to date.
        doors
            What `served` is served by; closed before anything that is behind them.
        stop
            Asks for a stop.
        """
        from plimsoll.services.risk_api.app import create_app
        from plimsoll.services.risk_api.context import in_process
        from plimsoll.services.risk_api.ports import web_address
        from plimsoll.services.risk_api.running import announced
        from plimsoll.services.worker.options import WorkerOptions
        from plimsoll.services.worker.working import working

        tls_port = None if self._tls is None else self._tls.port
        found = web_address(settings().hosts, self._ports[0], tls_port)
        async with self.place.context(
            database_url, address=found, loopback_only=self._alone, metrics=self._metrics
        ) as context:
            await _try_redis(context, self.telling)
            beside = WorkerOptions(calculations=1, stop_seconds=1.0)
            async with in_process(create_app(context)) as whole:
                with announced(self.place.directory, self.url):
                    self._front.app = whole
                    async with (
                        doors.pop_all() as closing,
                        _demo(context, self._demo, self.telling),
                        working(
                            database_url,
                            metrics=context.metrics,
                            options=beside,
                            outward=context.outward,
                            audit=context.audit,
                        ),
                    ):
                        closing.callback(context.streams.end)  # some answers would go on for ever
                        gc.freeze()  # what is there now stays: it is never looked through again
                        gc.set_threshold(_GARBAGE)
                        gc.enable()
                        link = await _link(context)
                        metrics = f"{self._metrics_url}/metrics"
                        self.telling.ready(self.place, (self.url, found), metrics, link)
                        if self._tls is not None:
                            self.telling.note(await asyncio.to_thread(_worth, self._tls.certificate))
                        await stop.wait()
                        self.telling.step("Stopping …")


def _worth(certificate: "Certificate") -> str:
    """Return what the certificate is worth to those who come by the internet, in words."""
    import datetime as dt

    from plimsoll.workflows.certificate_check import certificate_check

    now = dt.datetime.now(dt.UTC)
    check = certificate_check(certificate.found(settings().hosts, now=now), now=now)
    return f"plimsoll: TLS is spoken {check.found}. {check.remedy}".rstrip()


async def _link(context: "ApiContext") -> str:
    """Return the link that makes the first administrator, or lets the user of this machine in."""
    from plimsoll.workflows.first_administrator import first_link

    token = await first_link(context.database, context.clock())
    address = context.address
    return context.sign_in.new_link(address) if token is None else f"{address}/sign-in#{token}"


@asynccontextmanager
async def _demo(context: "ApiContext", wanted: bool, telling: Telling) -> "AsyncIterator[None]":
    """Load the demo books beside the block, and give up on them when it ends."""
    loading = asyncio.create_task(_load_demo(context, telling)) if wanted else None
    try:
        yield
    finally:
        if loading is not None:
            loading.cancel()
            await asyncio.wait([loading])


async def _try_redis(context: "ApiContext", telling: Telling) -> None:
    """Say so if there is no Redis where one should be: everything works without it."""
    redis = context.cache.redis
    try:
        if redis is not None:
            await redis.ask(lambda client: client.get("plimsoll"))
    except UnavailableError as error:
        telling.note(f"plimsoll: {error.message}; answers are cached in memory alone")


async def _load_demo(context: "ApiContext", telling: Telling) -> None:
    from plimsoll.workflows.demo import load_demo

    principal = context.sign_in.principal
    with context.start_up.preparing("demo books"):
        try:
            if await load_demo(context.database, principal.tenant, created_by=principal.id):
                telling.note("The demo books are there.")
        except PlimsollError as error:
            telling.note(f"plimsoll: the demo books are missing: {error}")
