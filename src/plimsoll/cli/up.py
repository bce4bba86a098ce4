"""``plimsoll up``: the whole platform on this machine, from one command."""

import gc
import ipaddress
import json as json_format
import shlex
import sys
import threading
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.configuration import settings
from plimsoll.cli.output import messages, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, RedisUrl, installation, other_place
from plimsoll.cli.preloading import preload
from plimsoll.cli.stopping import leave_now_if_busy, stop_asked, stoppable
from plimsoll.errors import PlimsollError, UnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from rich.console import Console
    from rich.status import Status

    from plimsoll.services.risk_api.certificate import Certificate
    from plimsoll.services.risk_api.context import ApiContext
    from plimsoll.services.risk_api.installation import Installation
    from plimsoll.services.risk_api.second_door import FirstDoor
    from plimsoll.services.risk_api.server import Served

__all__ = ["up"]

# New objects after which garbage is looked for. A request makes hundreds, hardly one of them in a circle, and
# with the usual 700 the looks took a tenth of the time of calculations, a hundred milliseconds at once.
_GARBAGE = 10_000
_PARTS = ("plimsoll.data.store.schema", "plimsoll.services.risk_api.app", "plimsoll.services.risk_api.server")

_Port = Annotated[
    int | None, typer.Option(metavar="NUMBER", min=1, max=65535, help="Of the API. Default: 8000.")
]
_MetricsPort = Annotated[
    int | None, typer.Option(metavar="NUMBER", min=1, max=65535, help="Of Prometheus metrics. Default: 8001.")
]
_TlsCert = Annotated[
    Path | None,
    typer.Option(
        "--tls-cert", metavar="FILE", help="Speak TLS with this certificate, as PEM; see --tls-key."
    ),
]
_TlsKey = Annotated[Path | None, typer.Option("--tls-key", metavar="FILE", help="Its key, as PEM.")]
_TlsPort = Annotated[
    int | None,
    typer.Option("--tls-port", metavar="NUMBER", min=1, max=65535, help="Of TLS. Default: 8443."),
]


@dataclass(frozen=True)
class _Tls:
    """Where TLS is spoken, and with what."""

    certificate: "Certificate"
    address: str
    port: int


def up(
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    redis_url: RedisUrl = None,
    port: _Port = None,
    metrics_port: _MetricsPort = None,
    tls_cert: _TlsCert = None,
    tls_key: _TlsKey = None,
    tls_port: _TlsPort = None,
    demo: Annotated[bool, typer.Option(help="Whether to put demo books into an empty database.")] = True,
    replay_demo: Annotated[
        float | None,
        typer.Option(
            metavar="DAYS", min=0.01, max=1000.0, help="Replay so many demo days a second as ticks."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON when it runs.")] = False,
) -> None:
    """Start the platform on this machine: database, demo books and risk API. Ctrl-C stops it."""
    from plimsoll.services.risk_api.ports import ADDRESS, check_free

    place = installation(data_dir, database_url, redis_url)
    port = port or settings().port
    metrics_port = metrics_port or settings().metrics_port
    if port == metrics_port:
        raise UsageError(f"API and metrics cannot share port {port}", remedy="Choose another --metrics-port.")
    check_free(port)
    check_free(metrics_port, "--metrics-port")
    tls = _tls(tls_cert, tls_key, tls_port)
    console = messages()
    gc.disable()  # nothing made during the start is garbage; looking for it takes a tenth of the time
    with stoppable(), console.status("Starting the database …") as status:
        loaded = preload(*_PARTS)
        with place.database() as url:
            loaded()
            telling = _Telling(console, status, data_dir, json)
            if replay_demo is not None:
                _replay(place, f"http://{ADDRESS}:{port}", replay_demo)
            _serve(place, url, (port, metrics_port), tls, demo, telling)
    typer.echo("Stopped.", err=True)
    leave_now_if_busy()


def _tls(cert: Path | None, key: Path | None, port: int | None) -> _Tls | None:
    """Return how TLS is spoken; None where there is no certificate."""
    from plimsoll.services.risk_api.certificate import Certificate

    chosen = settings()
    cert, key = cert or chosen.tls_cert, key or chosen.tls_key
    if cert is None and key is None:
        if not chosen.tls_listen.is_loopback:
            raise UsageError("tls_listen needs a certificate", remedy="Set tls_cert and tls_key as well.")
        return None
    if cert is None or key is None:
        raise UsageError("TLS needs a certificate and its key", remedy="Give --tls-cert and --tls-key.")
    return _Tls(Certificate(cert, key), str(chosen.tls_listen), port or chosen.tls_port)


def _replay(place: "Installation", url: str, speed: float) -> None:
    """Send recorded prices as ticks beside the platform, as soon as it answers and for as long as it runs."""
    from plimsoll.cli.ticks import replay_into
    from plimsoll.client import Retries, RiskClient
    from plimsoll.services.risk_api.local_key import local_api_key

    def work() -> None:
        with RiskClient(url, local_api_key(place.directory), retries=Retries(attempts=1)) as client:
            while True:
                try:
                    with client.tick_sender("replay of demo prices") as sender:
                        replay_into(sender, speed)
                except PlimsollError:
                    time.sleep(1.0)

    # A daemon: it ends with the process, whose server goes first.
    threading.Thread(target=work, name="replay", daemon=True).start()


class _Telling:
    """What the user is told on the way."""

    def __init__(self, console: "Console", status: "Status", data_dir: Path | None, json: bool) -> None:
        self._console = console
        self._status = status
        self._data_dir = data_dir
        self._json = json

    def step(self, text: str) -> None:
        """Say what is going on."""
        self._status.update(text)

    def note(self, text: str) -> None:
        """Say what happened meanwhile."""
        typer.echo(text, err=True)

    def ready(self, place: "Installation", urls: tuple[str, str], metrics: str, link: str) -> None:
        """Say where everything is."""
        url, web = urls
        self._status.stop()
        if self._json:
            found = {
                "url": url,
                "web": web,
                "sign_in": link,
                "metrics": metrics,
                "data_directory": str(place.directory),
                "api_key_file": str(place.key_file),
            }
            write_text(json_format.dumps(found) + "\n")
            return
        option = other_place(self._data_dir)
        key = shlex.quote(str(place.key_file))
        label = "First account    " if link.partition("#")[2].startswith("plf_") else "Sign in, once    "
        write_text(
            f"Plimsoll runs at {url}, for this machine only"
            f"{f', and at {web}' if web.startswith('https') else ''}.\n\n"
            f"  {label}{link}\n"
            f"  API page         {url}/api/v1/docs\n"
            f"  Metrics          {metrics}\n"
            f"  Data directory   {place.directory}\n\n"
            f"Next, in another terminal:\n\n"
            f"  plimsoll runs list{option}\n"
            f"  plimsoll runs show latest{option}\n"
            f'  curl -H "Authorization: Bearer $(cat {key})" {url}/api/v1/portfolios\n\n'
            f"Ctrl-C stops it.\n"
        )


def _serve(
    place: "Installation", url: str, ports: tuple[int, int], tls: _Tls | None, demo: bool, telling: _Telling
) -> None:
    import asyncio
    import logging

    import uvloop

    from plimsoll.data.store import schema
    from plimsoll.monitoring.logging import configure_logging

    # People want to see what goes wrong, machines read everything.
    configure_logging(level=logging.WARNING if sys.stderr.isatty() else logging.INFO)
    telling.step("Bringing the database up to date …")
    schema.upgrade(url)
    telling.step("Starting the API …")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(place, url, ports, tls, demo, telling))


async def _run(
    place: "Installation",
    database_url: str,
    ports: tuple[int, int],
    tls: _Tls | None,
    demo: bool,
    telling: _Telling,
) -> None:
    import asyncio

    from plimsoll.monitoring.metrics import metrics_app
    from plimsoll.services.risk_api.app import create_app
    from plimsoll.services.risk_api.ports import ADDRESS, web_address
    from plimsoll.services.risk_api.running import announced
    from plimsoll.services.risk_api.second_door import FirstDoor
    from plimsoll.services.risk_api.server import Served, serving
    from plimsoll.services.worker.options import WorkerOptions
    from plimsoll.services.worker.working import working

    url, metrics = (f"http://{ADDRESS}:{port}" for port in ports)
    found = web_address(settings().hosts, ports[0], None if tls is None else tls.port)
    alone = tls is None or ipaddress.ip_address(tls.address).is_loopback
    with stop_asked() as stop:
        async with place.context(database_url, address=found, loopback_only=alone) as context:
            with announced(place.directory, url):
                await _try_redis(context, telling)
                app, ends = FirstDoor(create_app(context)), context.streams.end
                served = [
                    Served(app, ports[0], before_stop=ends),
                    Served(metrics_app(context.metrics), ports[1], "--metrics-port"),
                ]
                beside = WorkerOptions(calculations=1, stop_seconds=1.0)
                async with (
                    serving(served),
                    serving(_second_doors(app, tls, ends)),
                    _demo(context, demo, telling),
                    working(
                        database_url,
                        metrics=context.metrics,
                        options=beside,
                        outward=context.outward,
                        audit=context.audit,
                    ),
                ):
                    gc.freeze()  # what is there now stays: it is never looked through again
                    gc.set_threshold(_GARBAGE)
                    gc.enable()
                    telling.ready(place, (url, found), f"{metrics}/metrics", await _link(context))
                    if tls is not None:
                        telling.note(await asyncio.to_thread(_worth, tls.certificate))
                    await stop.wait()
                    telling.step("Stopping …")


def _worth(certificate: "Certificate") -> str:
    """Return what the certificate is worth to those who come by the internet, in words."""
    import datetime as dt

    from plimsoll.workflows.certificate_check import certificate_check

    now = dt.datetime.now(dt.UTC)
    check = certificate_check(certificate.found(settings().hosts, now=now), now=now)
    return f"plimsoll: TLS is spoken {check.found}. {check.remedy}".rstrip()


def _second_doors(app: "FirstDoor", tls: _Tls | None, ends: "Callable[[], None]") -> "list[Served]":
    """Return where else the application is served: with TLS, if at all."""
    from plimsoll.services.risk_api.second_door import SecondDoor
    from plimsoll.services.risk_api.server import Served

    if tls is None:
        return []
    door = SecondDoor(app)
    return [Served(door, tls.port, "--tls-port", ends, tls.address, tls.certificate)]


async def _link(context: "ApiContext") -> str:
    """Return the link that makes the first administrator, or lets the user of this machine in."""
    from plimsoll.workflows.first_administrator import first_link

    token = await first_link(context.database, context.clock())
    address = context.address
    return context.sign_in.new_link(address) if token is None else f"{address}/sign-in#{token}"


@asynccontextmanager
async def _demo(context: "ApiContext", wanted: bool, telling: _Telling) -> "AsyncIterator[None]":
    """Load the demo books beside the block, and give up on them when it ends."""
    import asyncio

    loading = asyncio.create_task(_load_demo(context, telling)) if wanted else None
    try:
        yield
    finally:
        if loading is not None:
            loading.cancel()
            await asyncio.wait([loading])


async def _try_redis(context: "ApiContext", telling: _Telling) -> None:
    """Say so if there is no Redis where one should be: everything works without it."""
    redis = context.cache.redis
    try:
        if redis is not None:
            await redis.ask(lambda client: client.get("plimsoll"))
    except UnavailableError as error:
        telling.note(f"plimsoll: {error.message}; answers are cached in memory alone")


async def _load_demo(context: "ApiContext", telling: _Telling) -> None:
    from plimsoll.workflows.demo import load_demo

    principal = context.sign_in.principal
    with context.start_up.preparing("demo books"):
        try:
            if await load_demo(context.database, principal.tenant, created_by=principal.id):
                telling.note("The demo books are there.")
        except PlimsollError as error:
            telling.note(f"plimsoll: the demo books are missing: {error}")
