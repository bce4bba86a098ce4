"""``plimsoll channels``: the ways by which people are told."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plimsoll.cli.asking import Json, ask, identifier
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where
from plimsoll.errors import UsageError

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.channels import Channel, ChannelTrial

__all__ = ["add", "channels", "list_channels", "remove", "try_channel"]

channels = typer.Typer(
    help="Channels: how people are told. They are asked of the platform of the data directory.",
    no_args_is_help=True,
)

_Channel = Annotated[str, typer.Argument(metavar="CHANNEL", help="Id of a channel.")]
_WHERE = "plimsoll channels list shows the ids of channels."
_VARIABLE = "PLIMSOLL_CHANNEL_URL"


@channels.command("list")
def list_channels(data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """List channels, oldest first."""

    async def question(client: "AsyncRiskClient") -> list["Channel"]:
        return [channel async for channel in client.channels()]

    found = ask(where(data_dir, database_url), question)
    if json:
        write_text("[" + ",\n ".join(channel.model_dump_json() for channel in found) + "]\n")
        return
    from rich.table import Table

    table = Table("channel", "name", "by", "kinds", "from", "quiet", "told", box=None, pad_edge=False)
    for channel in found:
        quiet, delay = channel.quiet_hours, channel.escalate_after_minutes
        told = "at once" if delay is None else f"after {delay} min"
        table.add_row(
            *(str(channel.id), channel.name, channel.scheme, ", ".join(channel.kinds)),
            channel.minimum_severity,
            "" if quiet is None else f"{quiet.start}-{quiet.end} {quiet.time_zone}",
            told if channel.enabled else "not in use",
        )
    tables(piped_width=200).print(table)


@channels.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="For people.")],
    url_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"Holds the URL; - for stdin. Default: {_VARIABLE}, else stdin."),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND", help="Of events; may be repeated. Default: alert.raised."),
    ] = None,
    minimum_severity: Annotated[
        str, typer.Option(metavar="SEVERITY", help="info, warning or critical.")
    ] = "warning",
    quiet: Annotated[
        str | None, typer.Option(metavar="HH:MM-HH:MM", help="When only critical alerts are told.")
    ] = None,
    time_zone: Annotated[str, typer.Option(metavar="ZONE", help="Of the quiet hours; an IANA name.")] = "UTC",
    after: Annotated[
        int | None, typer.Option(metavar="MINUTES", help="Tell only of what nobody acknowledges so long.")
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Create a channel. Its URL, as Apprise writes it, holds keys: it is never an argument."""
    url = _url(url_file)
    options: dict[str, Any] = {"minimum_severity": minimum_severity, "escalate_after_minutes": after}
    if kind:
        options["kinds"] = tuple(kind)
    if quiet is not None:
        start, _, end = quiet.partition("-")
        options["quiet_hours"] = {"start": start, "end": end, "time_zone": time_zone}

    async def question(client: "AsyncRiskClient") -> "Channel":
        return await client.add_channel(name, url, **options)

    made = ask(where(data_dir, database_url), question)
    write_text(made.model_dump_json() + "\n" if json else f"channel    {made.id}\n")


@channels.command("test")
def try_channel(
    channel: _Channel, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Send a message through a channel at once. Exit 1 if it is not taken."""
    chosen = identifier(channel, _WHERE)

    async def question(client: "AsyncRiskClient") -> "ChannelTrial":
        return await client.test_channel(chosen)

    trial = ask(where(data_dir, database_url), question)
    write_text(trial.model_dump_json() + "\n" if json else f"{trial.reason or 'The message was taken.'}\n")
    if not trial.taken:
        raise typer.Exit(1)


@channels.command()
def remove(
    channel: _Channel, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Tell nobody more through a channel."""
    chosen = identifier(channel, _WHERE)

    async def question(client: "AsyncRiskClient") -> None:
        await client.remove_channel(await client.channel(chosen))

    ask(where(data_dir, database_url), question)
    write_text(f'{{"removed": "{chosen}"}}\n' if json else f"{chosen} is removed.\n")


def _url(file: Path | None) -> str:
    """Return the URL from where nobody else sees it."""
    if file is None and os.environ.get(_VARIABLE):
        text = os.environ[_VARIABLE]
    elif file is None or str(file) == "-":
        if sys.stdin.isatty():
            typer.echo("URL of the channel, then Enter:", err=True)
        text = sys.stdin.readline()
    else:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise UsageError(f"{file} cannot be read", remedy="Name a file that holds the URL.") from None
    if not text.strip():
        remedy = f"Give it on stdin, in a file or in {_VARIABLE}."
        raise UsageError("there is no URL of the channel", remedy=remedy)
    return text.strip()
