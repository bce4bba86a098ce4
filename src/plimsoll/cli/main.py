"""The command ``plimsoll``: its options, and the one place where errors become exit codes."""

import io
import os
import sys
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from plimsoll.cli.alerts import alerts
from plimsoll.cli.audit import audit
from plimsoll.cli.breaches import breaches
from plimsoll.cli.channels import channels
from plimsoll.cli.db import db
from plimsoll.cli.demo import demo
from plimsoll.cli.doctor import doctor
from plimsoll.cli.identity_providers import identity_providers
from plimsoll.cli.jobs import jobs
from plimsoll.cli.keys import keys
from plimsoll.cli.limits import limits
from plimsoll.cli.live import live
from plimsoll.cli.portfolios import portfolios
from plimsoll.cli.prices import prices
from plimsoll.cli.roles import roles
from plimsoll.cli.runs import runs
from plimsoll.cli.schedules import schedules
from plimsoll.cli.sealing import secrets
from plimsoll.cli.sessions import sessions
from plimsoll.cli.teams import teams
from plimsoll.cli.tenants import tenants
from plimsoll.cli.ticks import ticks
from plimsoll.cli.up import up
from plimsoll.cli.users import users
from plimsoll.cli.webhooks import webhooks
from plimsoll.cli.worker import worker
from plimsoll.errors import PlimsollError, UnavailableError

__all__ = ["app", "run"]


class _Commands(TyperGroup):
    """The commands; ``report`` is made when it is asked for: its options need the engine, half a second."""

    def list_commands(self, ctx: Any) -> list[str]:
        return ["report", *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return _report() if cmd_name == "report" else super().get_command(ctx, cmd_name)


def _report() -> Any:
    from plimsoll.cli.report import EXAMPLES, report

    alone = typer.Typer(add_completion=False)
    alone.command(epilog=EXAMPLES)(report)
    return typer.main.get_command(alone)


app = typer.Typer(
    cls=_Commands,
    help="Portfolio market risk: how much can we lose, with an error bar, and where does it come from.",
    epilog=(
        "Exit codes: 0 fine, 1 a limit is breached or a check failed, 2 wrong use, 3 bad data, 4 something is"
        " not available."
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(up)
app.command()(worker)
app.add_typer(demo, name="demo")
app.command()(live)
app.add_typer(ticks, name="ticks")
app.add_typer(portfolios, name="portfolios")
app.add_typer(prices, name="prices")
app.add_typer(runs, name="runs")
app.add_typer(jobs, name="jobs")
app.add_typer(schedules, name="schedules")
app.add_typer(alerts, name="alerts")
app.add_typer(limits, name="limits")
app.add_typer(breaches, name="breaches")
app.add_typer(channels, name="channels")
app.add_typer(webhooks, name="webhooks")
app.add_typer(tenants, name="tenants")
app.add_typer(users, name="users")
app.add_typer(keys, name="keys")
app.add_typer(identity_providers, name="identity-providers")
app.add_typer(sessions, name="sessions")
app.add_typer(audit, name="audit")
app.add_typer(secrets, name="secrets")
app.add_typer(roles, name="roles")
app.add_typer(teams, name="teams")
app.add_typer(db, name="db")
app.command()(doctor)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"plimsoll {version('plimsoll-risk')}")
        raise typer.Exit


@app.callback()
def _root(
    show_version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """Hold the options that come before a command."""


def run(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code; `arguments` are those of the process unless given."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app(arguments, prog_name="plimsoll")
    except PlimsollError as error:
        typer.echo(f"plimsoll: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        typer.echo(f"plimsoll: {error}", err=True)
        # What is left in the buffer of stdout would fail again, and loudly, when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(UnavailableError.exit_code)
