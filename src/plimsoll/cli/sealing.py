"""``plimsoll secrets``: the keys by which secrets are sealed in the database."""

from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.asking import Json, ask
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.jobs import Job
    from plimsoll.wire.sealing import Sealing

__all__ = ["new_master", "reseal", "rotate", "secrets", "status"]

secrets = typer.Typer(
    help="The keys by which secrets are sealed in the database. No secret and no key is ever printed.",
    no_args_is_help=True,
)

_Wait = Annotated[bool, typer.Option("--wait", help="Wait until a worker has done it; two minutes at most.")]
_MOST_SECONDS = 120.0


@secrets.command()
def status(data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """Show the keys and what is not under the newest. Exit 1 if there is such a thing, or no master key."""

    async def question(client: "AsyncRiskClient") -> "Sealing":
        return await client.sealing()

    found = ask(where(data_dir, database_url), question)
    if json:
        write_text(found.model_dump_json() + "\n")
    else:
        _show(found)
    behind = any(column.stale for column in found.columns)
    behind = behind or any((key.provider, key.master) != (found.provider, found.master) for key in found.keys)
    if behind or found.problem:
        raise typer.Exit(1)


@secrets.command()
def rotate(
    wait: _Wait = False, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Make a new data key, in use within seconds, and seal everything anew under it."""

    async def question(client: "AsyncRiskClient") -> "Job":
        job = await client.rotate_secrets()
        return await client.wait(job, seconds=_MOST_SECONDS) if wait else job

    _told(ask(where(data_dir, database_url), question), json)


@secrets.command()
def reseal(
    wait: _Wait = False, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Bring everything under the keys of now, which happens once a day anyway."""

    async def question(client: "AsyncRiskClient") -> "Job":
        job = await client.reseal_secrets()
        return await client.wait(job, seconds=_MOST_SECONDS) if wait else job

    _told(ask(where(data_dir, database_url), question), json)


@secrets.command("new-master")
def new_master(data_dir: DataDir = None, json: Json = False) -> None:
    """Put a new master key into the key file of this machine; `reseal` brings the data keys under it."""
    from plimsoll.services.risk_api.local_key import SEALING_KEY_FILE, add_sealing_key

    directory, _ = where(data_dir, None)
    count = add_sealing_key(directory)
    file = directory / SEALING_KEY_FILE
    if json:
        write_text(f'{{"master_keys": {count}}}\n')
        return
    write_text(
        f"{file} holds {count} master keys now; the newest wraps.\n"
        "Back the file up, run plimsoll secrets reseal for each tenant, and keep the older keys until\n"
        "plimsoll secrets status shows none of them.\n"
    )


def _show(found: "Sealing") -> None:
    from rich.table import Table

    keys = Table("key", "number", "wrapped by", "master", "seals from", "state", box=None, pad_edge=False)
    for key in found.keys:
        state = "retired" if key.retired_at else "in use"
        if key.purpose == "seal" and key.number > found.number:
            state = "soon"
        if (key.provider, key.master) != (found.provider, found.master):
            state += ", old master"
        since = f"{key.active_from:%Y-%m-%d %H:%M:%S}"
        keys.add_row(key.purpose, str(key.number), key.provider, key.master, since, state)
    tables(piped_width=200).print(keys)
    columns = Table("secrets", "sealed", "not under the newest key", box=None, pad_edge=False)
    for column in found.columns:
        columns.add_row(column.name, str(column.secrets), str(column.stale))
    tables(piped_width=200).print(columns)
    if found.problem:
        typer.echo(f"plimsoll: the master key is out of reach: {found.problem}", err=True)


def _told(job: "Job", json: bool) -> None:
    write_text(job.model_dump_json() + "\n" if json else f"job {job.id} is {job.status}\n")
