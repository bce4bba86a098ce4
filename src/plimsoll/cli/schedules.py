"""``plimsoll schedules``: risk runs that are put down again and again, by the clock of a place."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.asking import Json, ask, identifier
from plimsoll.cli.naming import portfolio_id
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.schedules import Schedule

__all__ = ["create", "delete", "list_schedules", "pause", "resume", "schedules", "show"]

schedules = typer.Typer(
    help="Schedules: risk runs by the clock. They are asked of the platform of the data directory.",
    no_args_is_help=True,
)

_Schedule = Annotated[str, typer.Argument(metavar="SCHEDULE", help="Id of a schedule.")]
_WHERE = "plimsoll schedules list shows the ids of schedules."
_Act = Callable[["AsyncRiskClient", "Schedule"], Awaitable["Schedule"]]


@schedules.command("list")
def list_schedules(data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """List schedules, oldest first."""

    async def question(client: "AsyncRiskClient") -> list["Schedule"]:
        return [schedule async for schedule in client.schedules()]

    found = ask(where(data_dir, database_url), question)
    if json:
        write_text("[" + ",\n ".join(schedule.model_dump_json() for schedule in found) + "]\n")
        return
    from rich.table import Table

    table = Table("schedule", "name", "when", "where", "next", box=None, pad_edge=False)
    for one in found:
        table.add_row(str(one.id), one.name, one.cron, _place(one), _next(one))
    tables(piped_width=200).print(table)


@schedules.command()
def show(
    schedule: _Schedule, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Show a schedule and its next five firings."""
    chosen = identifier(schedule, _WHERE)
    _tell(ask(where(data_dir, database_url), lambda client: client.schedule(chosen)), json)


@schedules.command()
def create(
    portfolio: Annotated[str, typer.Argument(metavar="PORTFOLIO", help="Id of a portfolio, or its name.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="For people.")],
    cron: Annotated[
        str, typer.Argument(metavar="CRON", help="minute hour day month weekday, as '30 18 * * *'.")
    ],
    time_zone: Annotated[
        str, typer.Option(metavar="ZONE", help="Whose clock counts, as America/New_York.")
    ] = "UTC",
    calendar: Annotated[
        str | None, typer.Option(metavar="CODE", help="Only on days on which this exchange trades, as XNYS.")
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Let a risk run of a portfolio be put down whenever a clock says so."""

    async def question(client: "AsyncRiskClient") -> "Schedule":
        chosen = await portfolio_id(client, portfolio)
        return await client.create_schedule(chosen, name, cron, time_zone=time_zone, calendar=calendar)

    _tell(ask(where(data_dir, database_url), question), json)


@schedules.command()
def pause(
    schedule: _Schedule, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Pause a schedule."""
    _tell(_acted(schedule, data_dir, database_url, lambda client, one: client.pause_schedule(one)), json)


@schedules.command()
def resume(
    schedule: _Schedule, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Let a paused schedule go on; nothing that it missed meanwhile is made up for."""
    _tell(_acted(schedule, data_dir, database_url, lambda client, one: client.resume_schedule(one)), json)


@schedules.command()
def delete(schedule: _Schedule, data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Drop a schedule; the jobs and runs that it has made stay."""

    async def drop(client: "AsyncRiskClient", known: "Schedule") -> "Schedule":
        await client.delete_schedule(known)
        return known

    dropped = _acted(schedule, data_dir, database_url, drop)
    typer.echo(f"Dropped {dropped.name}.", err=True)


def _acted(schedule: str, data_dir: DataDir, database_url: DatabaseUrl, act: _Act) -> "Schedule":
    chosen = identifier(schedule, _WHERE)

    async def question(client: "AsyncRiskClient") -> "Schedule":
        return await act(client, await client.schedule(chosen))

    return ask(where(data_dir, database_url), question)


def _tell(schedule: "Schedule", json: bool) -> None:
    if json:
        write_text(schedule.model_dump_json() + "\n")
        return
    lines = [
        ("schedule", f"{schedule.id}, {schedule.name}"),
        ("portfolio", str(schedule.portfolio_id)),
        ("when", f"{schedule.cron} in {_place(schedule)}"),
        (
            "last",
            "never" if schedule.last_fired_at is None else f"{schedule.last_fired_at:%Y-%m-%d %H:%M} UTC",
        ),
        *(("next", f"{at:%Y-%m-%d %H:%M} UTC") for at in schedule.next_firings),
    ]
    if schedule.paused:
        lines.append(("paused", schedule.problem or "yes"))
    write_text("".join(f"{name:<10} {value}\n" for name, value in lines))


def _place(schedule: "Schedule") -> str:
    return schedule.time_zone + (f", {schedule.calendar}" if schedule.calendar else "")


def _next(schedule: "Schedule") -> str:
    return f"{schedule.next_firings[0]:%Y-%m-%d %H:%M} UTC" if schedule.next_firings else "paused"
