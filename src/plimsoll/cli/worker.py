"""``plimsoll worker``: does the jobs of a platform, beside its API or on another machine."""

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.places import DatabaseUrl, DataDir, installation
from plimsoll.cli.stopping import leave_now_if_busy, stop_asked, stoppable

if TYPE_CHECKING:
    from plimsoll.services.risk_api.installation import Installation
    from plimsoll.services.worker.options import WorkerOptions

__all__ = ["worker"]


def worker(
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    calculations: Annotated[
        int, typer.Option(metavar="COUNT", min=0, help="Calculations at a time; 0 leaves them to others.")
    ] = 2,
    messages: Annotated[
        int, typer.Option(metavar="COUNT", min=0, help="Other jobs at a time; 0 leaves them to others.")
    ] = 4,
    stop_seconds: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="How long jobs may go on when it stops.")
    ] = 20.0,
    metrics_port: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", min=1, max=65535, help="Of Prometheus metrics. Default: none."),
    ] = None,
) -> None:
    """Do the jobs of a platform until Ctrl-C; `plimsoll up` has a worker of its own.

    As many workers as you like may run, also on other machines. One that dies loses nothing: another one
    does its jobs within seconds.
    """
    import asyncio
    import logging

    from plimsoll.monitoring.logging import configure_logging
    from plimsoll.services.worker.options import WorkerOptions

    place = installation(data_dir, database_url)
    options = WorkerOptions(calculations=calculations, messages=messages, stop_seconds=stop_seconds)
    configure_logging(level=logging.WARNING if sys.stderr.isatty() else logging.INFO)
    with stoppable():
        asyncio.run(_run(place, options, metrics_port))
    typer.echo("Stopped.", err=True)
    leave_now_if_busy()


async def _run(place: "Installation", options: "WorkerOptions", metrics_port: int | None) -> None:
    from plimsoll.monitoring.metrics import Metrics, metrics_app
    from plimsoll.services.risk_api.server import Served, serving
    from plimsoll.services.worker.worker import Worker

    url, outward = place.running_database(), place.outward()
    metrics = Metrics()
    port = Served(metrics_app(metrics), metrics_port or 0, "--metrics-port")
    with stop_asked() as stop:
        async with serving([port]) if metrics_port else nullcontext():
            typer.echo("The worker runs. Ctrl-C stops it.", err=True)
            worker = Worker(url, metrics=metrics, options=options, outward=outward, audit=place.audit())
            await worker.run(stop)
