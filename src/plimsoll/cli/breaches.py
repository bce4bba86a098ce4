"""``plimsoll breaches``: limits that were reached, and what people do about it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from plimsoll.cli.asking import Json, ask, identifier
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.breaches import Breach, BreachHistory

__all__ = ["acknowledge", "breaches", "close", "comment", "list_breaches", "remedy", "show", "waive"]

breaches = typer.Typer(
    help="Breaches: limits that were reached, and what people do about it.", no_args_is_help=True
)

_FIND = "plimsoll breaches list shows the ids of breaches."
_Breach = Annotated[str, typer.Argument(metavar="BREACH", help="Id of a breach.")]
_Text = Annotated[str, typer.Argument(metavar="TEXT", help="What there is to say.")]
_Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="What there is to say.")]


@breaches.command("list")
def list_breaches(
    closed: Annotated[bool, typer.Option("--all", help="List closed ones as well.")] = False,
    limit: Annotated[int, typer.Option(metavar="COUNT", min=1, help="Most breaches to list.")] = 50,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """List breaches that are not closed, the last opened first."""

    async def find(client: "AsyncRiskClient") -> tuple[list["Breach"], dict[UUID, str]]:
        found: list[Breach] = []
        async for breach in client.breaches():
            if closed or breach.status != "closed":
                found.append(breach)
            if len(found) == limit:
                break
        return found, {one.id: one.name async for one in client.limits()}

    found, names = ask(where(data_dir, database_url), find)
    if json:
        write_text("[" + ",\n ".join(breach.model_dump_json() for breach in found) + "]\n")
        return
    from rich.table import Table

    table = Table("breach", "limit", "status", "severity", box=None, pad_edge=False)
    for heading in ("value", "level", "peak"):
        table.add_column(heading, justify="right")
    table.add_column("opened")
    for breach in found:
        figures = (_number(number) for number in (breach.value, breach.level, breach.peak_value))
        opened = f"{breach.opened_at:%Y-%m-%d %H:%M}"
        name = names.get(breach.limit_id, str(breach.limit_id))
        table.add_row(str(breach.id), name, breach.status, breach.severity, *figures, opened)
    tables(piped_width=200).print(table)


@breaches.command()
def show(
    breach: _Breach, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Show all that happened to a breach, and who did it."""

    async def find(client: "AsyncRiskClient") -> "BreachHistory":
        return await client.breach_history(identifier(breach, _FIND))

    found = ask(where(data_dir, database_url), find)
    if json:
        write_text(found.model_dump_json() + "\n")
        return
    write_text(
        "".join(
            f"{event.at:%Y-%m-%d %H:%M:%S}  {event.kind:<12} {event.severity}  {_number(event.value):>14}"
            f"  {event.by}: {event.text}\n"
            for event in found.items
        )
    )


@breaches.command()
def acknowledge(
    breach: _Breach,
    note: _Note = "",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Take note of an open breach."""
    _act(breach, lambda client, known: client.acknowledge_breach(known, note), data_dir, database_url, json)


@breaches.command()
def remedy(
    breach: _Breach,
    note: _Note = "",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Say that something is being done about a breach."""
    _act(breach, lambda client, known: client.remedy_breach(known, note), data_dir, database_url, json)


@breaches.command()
def comment(
    breach: _Breach,
    text: _Text,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Say something about a breach."""
    _act(breach, lambda client, known: client.comment_on_breach(known, text), data_dir, database_url, json)


@breaches.command()
def waive(
    breach: _Breach,
    until: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="Last date of the runs.")],
    text: _Text,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Accept a breach for runs up to a date."""
    day = until.date()
    _act(breach, lambda client, known: client.waive_breach(known, day, text), data_dir, database_url, json)


@breaches.command()
def close(
    breach: _Breach,
    text: _Text,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Close a breach whose measure is back below the level."""
    _act(breach, lambda client, known: client.close_breach(known, text), data_dir, database_url, json)


def _act(
    breach: str,
    step: Callable[["AsyncRiskClient", "Breach"], Awaitable["Breach"]],
    data_dir: DataDir,
    database_url: DatabaseUrl,
    json: bool,
) -> None:
    async def take(client: "AsyncRiskClient") -> "Breach":
        return await step(client, await client.breach(identifier(breach, _FIND)))

    found = ask(where(data_dir, database_url), take)
    write_text((found.model_dump_json() if json else f"{found.id} is {found.status}.") + "\n")


def _number(number: float | None) -> str:
    if number is None:
        return "—"
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:,.4g}"
