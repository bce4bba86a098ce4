"""``plimsoll up``: the whole platform on this machine, from one command."""

import json as json_format
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.configuration import settings
from plimsoll.cli.output import messages, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, installation, other_place
from plimsoll.cli.stopping import leave_now_if_busy, stop_asked, stoppable
from plimsoll.errors import UnavailableError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from plimsoll.services.risk_api.context import ApiContext
    from plimsoll.services.risk_api.installation import Installation

__all__ = ["up"]

_Port = Annotated[
    int | None, typer.Option(metavar="NUMBER", min=1, max=65535, help="Of the API. Default: 8000.")
]
_MetricsPort = Annotated[
    int | None, typer.Option(metavar="NUMBER", min=1, max=65535, help="Of Prometheus metrics. Default: 8001.")
]


def up(
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    port: _Port = None,
    metrics_port: _MetricsPort = None,
    demo: Annotated[bool, typer.Option(help="Whether to put demo books into an empty database.")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON when it runs.")] = False,
) -> None:
    """Start the platform on this machine: database, demo books and risk API. Ctrl-C stops it."""
    import asyncio
    import logging

    from plimsoll.data.store import schema
    from plimsoll.monitoring.logging import configure_logging
    from plimsoll.services.risk_api.server import check_free

    place = installation(data_dir, database_url)
    port = port or settings().port
    metrics_port = metrics_port or settings().metrics_port
    check_free(port)
    check_free(metrics_port, "--metrics-port")
    # People want to see what goes wrong, machines read everything.
    configure_logging(level=logging.WARNING if sys.stderr.isatty() else logging.INFO)
    console = messages()
    with stoppable(), console.status("Starting the database …") as status, place.database() as url:
        status.update("Bringing the database up to date …")
        schema.upgrade(url)
        telling = _Telling(console, status, data_dir, json)
        asyncio.run(_run(place, url, (port, metrics_port), demo, telling))
    typer.echo("Stopped.", err=True)
    leave_now_if_busy()


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

    def warn(self, error: UnavailableError) -> None:
        """Say what goes without."""
        typer.echo(f"plimsoll: {error}", err=True)

    def ready(self, place: "Installation", url: str, metrics: str, link: str) -> None:
        """Say where everything is."""
        self._status.stop()
        if self._json:
            found = {
                "url": url,
                "sign_in": link,
                "metrics": metrics,
                "data_directory": str(place.directory),
                "api_key_file": str(place.key_file),
            }
            write_text(json_format.dumps(found) + "\n")
            return
        option = other_place(self._data_dir)
        key = shlex.quote(str(place.key_file))
        write_text(
            f"Plimsoll runs at {url}, for this machine only.\n\n"
            f"  Sign in, once    {link}\n"
            f"  API page         {url}/api/v1/docs\n"
            f"  Metrics          {metrics}\n"
            f"  Data directory   {place.directory}\n\n"
            f"Next, in another terminal:\n\n"
            f"  plimsoll runs list{option}\n"
            f"  plimsoll runs show latest{option}\n"
            f'  curl -H "Authorization: Bearer $(cat {key})" {url}/api/v1/portfolios\n\n'
            f"Ctrl-C stops it.\n"
        )


async def _run(
    place: "Installation", database_url: str, ports: tuple[int, int], demo: bool, telling: _Telling
) -> None:
    from plimsoll.monitoring.metrics import metrics_app
    from plimsoll.services.risk_api.app import create_app
    from plimsoll.services.risk_api.running import announced
    from plimsoll.services.risk_api.server import ADDRESS, Served, serving

    url, metrics = (f"http://{ADDRESS}:{port}" for port in ports)
    with stop_asked() as stop:
        async with place.context(database_url) as context:
            with announced(place.directory, url):
                if demo:
                    telling.step("Looking for demo books …")
                    await _load_demo(context, telling)
                telling.step("Starting the API …")
                served = [
                    Served(create_app(context), ports[0], before_stop=context.streams.end),
                    Served(metrics_app(context.metrics), ports[1], "--metrics-port"),
                ]
                async with serving(served):
                    telling.ready(place, url, f"{metrics}/metrics", context.sign_in.new_link(url))
                    await stop.wait()
                    telling.step("Stopping …")


async def _load_demo(context: "ApiContext", telling: _Telling) -> None:
    from plimsoll.workflows.demo import load_demo

    principal = context.sign_in.principal
    try:
        await load_demo(context.database, principal.tenant, created_by=principal.id)
    except UnavailableError as error:
        telling.warn(error)
