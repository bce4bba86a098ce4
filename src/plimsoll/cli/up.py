"""``plimsoll up``: the whole platform on this machine, from one command."""

import asyncio
import gc
import logging
import sys
import threading
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.cli.configuration import settings
from plimsoll.cli.loop_beside import loop_beside
from plimsoll.cli.output import messages
from plimsoll.cli.places import DatabaseUrl, DataDir, RedisUrl, installation
from plimsoll.cli.platform import Platform, Tls
from plimsoll.cli.preloading import preload
from plimsoll.cli.stopping import hang_ups_ignored, leave_now_if_busy, stop_told, stoppable
from plimsoll.cli.telling import Telling
from plimsoll.errors import PlimsollError, UsageError

__all__ = ["up"]

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
    from plimsoll.monitoring.logging import configure_logging
    from plimsoll.services.risk_api.ports import check_free

    place = installation(data_dir, database_url, redis_url)
    port = port or settings().port
    metrics_port = metrics_port or settings().metrics_port
    if port == metrics_port:
        raise UsageError(f"API and metrics cannot share port {port}", remedy="Choose another --metrics-port.")
    check_free(port)
    check_free(metrics_port, "--metrics-port")
    tls = _tls(tls_cert, tls_key, tls_port)
    gc.disable()  # nothing made during the start is garbage; looking for it takes a tenth of the time
    configure_logging(level=logging.WARNING)  # a start that fails says so, and not what was asked meanwhile
    with stoppable(), hang_ups_ignored(), messages().status("Starting the database …") as status:
        telling = Telling(status, data_dir, json)
        _serve(Platform(place, (port, metrics_port), tls, demo, telling), replay_demo)
    typer.echo("Stopped.", err=True)
    leave_now_if_busy()


def _tls(cert: Path | None, key: Path | None, port: int | None) -> Tls | None:
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
    return Tls(Certificate(cert, key), str(chosen.tls_listen), port or chosen.tls_port)


def _serve(platform: Platform, replay: float | None) -> None:
    """Open the doors, get everything behind them ready, and serve until a signal comes."""
    from plimsoll.services.risk_api.server import serving

    with loop_beside() as beside:
        doors = AsyncExitStack()
        beside.run(doors.enter_async_context(serving(platform.served)))
        try:
            loaded = preload(*_PARTS)  # not before: the doors open the sooner
            with platform.place.database() as url:
                loaded()
                _upgrade(url, platform.telling)
                if replay is not None:
                    _replay(platform, replay)
                stop = asyncio.Event()
                with stop_told(lambda: beside.call(stop.set)):
                    beside.run(platform.run(url, doors, stop))
        finally:
            beside.run(doors.aclose())


def _replay(platform: Platform, speed: float) -> None:
    """Send recorded prices as ticks beside the platform, as soon as it answers and for as long as it runs."""
    from plimsoll.cli.ticks import replay_into
    from plimsoll.client import Retries, RiskClient
    from plimsoll.services.risk_api.local_key import local_api_key

    def work() -> None:
        key = local_api_key(platform.place.directory)
        with RiskClient(platform.url, key, retries=Retries(attempts=1)) as client:
            while True:
                try:
                    with client.tick_sender("replay of demo prices") as sender:
                        replay_into(sender, speed)
                except PlimsollError:
                    time.sleep(1.0)

    # A daemon: it ends with the process, whose server goes first.
    threading.Thread(target=work, name="replay", daemon=True).start()


def _upgrade(url: str, telling: Telling) -> None:
    from plimsoll.data.store import schema
    from plimsoll.monitoring.logging import configure_logging

    # People want to see what goes wrong, machines read everything.
    configure_logging(level=logging.WARNING if sys.stderr.isatty() else logging.INFO)
    telling.step("Bringing the database up to date …")
    schema.upgrade(url)
    telling.step("Starting the API …")
