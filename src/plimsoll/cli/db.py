"""``plimsoll db``: the database of the platform, looked at, brought up to date, saved and restored."""

import json as json_format
import sys
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.cli.output import messages, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, installation
from plimsoll.errors import UsageError

__all__ = ["backup", "db", "restore", "status", "upgrade"]

db = typer.Typer(
    help="The database of the platform: its state, its migrations, backup and restore.",
    no_args_is_help=True,
)


@db.command()
def status(
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say which revision the database has. Exit 1 if migrations are pending."""
    from plimsoll.data.store import schema

    with installation(data_dir, database_url).database(shared=True) as url:
        found = schema.status(url)
    if json:
        document = {"current": found.current, "head": found.head, "pending": list(found.pending)}
        write_text(json_format.dumps(document) + "\n")
    else:
        state = f"pending: {', '.join(found.pending)}" if found.pending else "up to date"
        write_text(f"revision {found.current or 'none'} of {found.head}, {state}\n")
    if found.pending:
        raise typer.Exit(1)


@db.command()
def upgrade(data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Run the migrations that are pending; all of them or none."""
    from plimsoll.data.store import schema

    place = installation(data_dir, database_url)
    with messages().status("Bringing the database up to date …"), place.database() as url:
        done = schema.upgrade(url)
    typer.echo(f"The database is at revision {done.current}.", err=True)


@db.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; an older one is replaced.")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Write all data to one file, also while the platform runs."""
    from plimsoll.data.store import schema

    with messages().status("Saving …"), installation(data_dir, database_url).database(shared=True) as url:
        schema.backup(url, file)
    typer.echo(f"Wrote {file}", err=True)


@db.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Made by plimsoll db backup.")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Replace all data by that of a backup, and bring it up to date; the platform must not run."""
    from plimsoll.data.store import schema

    if not yes:
        _ask(file)
    with messages().status("Restoring …"), installation(data_dir, database_url).database() as url:
        schema.restore(url, file)
        done = schema.upgrade(url)
    typer.echo(f"Restored {file}; the database is at revision {done.current}.", err=True)


def _ask(file: Path) -> None:
    if not sys.stdin.isatty():
        raise UsageError("restore replaces all data", remedy="Say --yes if that is what you want.")
    typer.confirm(f"Replace all data by that of {file}?", abort=True, err=True)
