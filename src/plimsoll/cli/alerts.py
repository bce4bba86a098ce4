"""``plimsoll alerts``: what wants attention, listed, shown and acted on."""

import datetime as dt
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from plimsoll.cli.asking import Json, Place, ask, identifier
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where
from plimsoll.errors import UsageError

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.alerts import Alert, AlertHistory

__all__ = ["acknowledge", "alerts", "assign", "duration", "list_alerts", "resolve", "show", "snooze"]

alerts = typer.Typer(
    help="Alerts: what wants attention. They are asked of the platform of the data directory.",
    no_args_is_help=True,
)

_Alert = Annotated[str, typer.Argument(metavar="ALERT", help="Id of an alert.")]
_Note = Annotated[str, typer.Option(metavar="TEXT", help="What to say about it.")]
_Status = Literal["unresolved", "open", "acknowledged", "resolved", "all"]
_Kind = Literal["risk", "data", "system"]
_DURATION = re.compile(r"([1-9][0-9]{0,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_Act = Callable[["AsyncRiskClient", "Alert"], Awaitable["Alert"]]


@alerts.command("list")
def list_alerts(
    status: Annotated[_Status, typer.Option(help="How far they are.")] = "unresolved",
    kind: Annotated[_Kind | None, typer.Option(help="Only of this kind.")] = None,
    limit: Annotated[int, typer.Option(metavar="COUNT", min=1, help="Most alerts to list.")] = 50,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """List alerts, the last made first. Exit 1 if a critical one is open."""

    async def question(client: "AsyncRiskClient") -> list["Alert"]:
        found: list[Alert] = []
        async for alert in client.alerts(status=status, kind=kind, page_size=min(limit, 200)):
            found.append(alert)
            if len(found) == limit:
                break
        return found

    found = ask(where(data_dir, database_url), question)
    if json:
        write_text("[" + ",\n ".join(alert.model_dump_json() for alert in found) + "]\n")
    else:
        from rich.table import Table

        headings = ("alert", "severity", "kind", "status", "count", "last seen", "title")
        table = Table(*headings, box=None, pad_edge=False)
        for alert in found:
            state = alert.status if alert.assignee is None else f"{alert.status}, {alert.assignee}"
            seen = f"{alert.last_seen:%Y-%m-%d %H:%M}"
            table.add_row(
                str(alert.id), alert.severity, alert.kind, state, str(alert.count), seen, alert.title
            )
        tables(piped_width=200).print(table)
    if any(alert.severity == "critical" and alert.status == "open" for alert in found):
        raise typer.Exit(1)


@alerts.command()
def show(
    alert: _Alert, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Show an alert and what was done about it."""
    chosen = identifier(alert, _WHERE)

    async def question(client: "AsyncRiskClient") -> tuple["Alert", "AlertHistory"]:
        return await client.alert(chosen), await client.alert_history(chosen)

    found, history = ask(where(data_dir, database_url), question)
    if json:
        write_text(f'{{"alert": {found.model_dump_json()},\n "history": {history.model_dump_json()}}}\n')
        return
    lines = [f"{name:<10} {value}" for name, value in _described(found).items() if value]
    for change in history.items:
        note = change.values.get("note")
        said = f": {note}" if note else ""
        lines.append(f"{change.changed_at:%Y-%m-%d %H:%M:%S} {change.action} by {change.changed_by}{said}")
    write_text("\n".join(lines) + "\n")


@alerts.command()
def acknowledge(
    alert: _Alert,
    note: _Note = "",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Take note of an alert: it is not brought to anybody else."""
    _act(
        where(data_dir, database_url),
        alert,
        lambda client, known: client.acknowledge_alert(known, note=note),
        json=json,
    )


@alerts.command()
def snooze(
    alert: _Alert,
    time: Annotated[
        str, typer.Argument(metavar="TIME", help="For how long, such as 30m, 2h or 1d; 'off' wakes it.")
    ],
    note: _Note = "",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Keep an alert from being brought to anybody for a while."""
    until = None if time == "off" else dt.datetime.now(dt.UTC) + duration(time)
    _act(
        where(data_dir, database_url),
        alert,
        lambda client, known: client.snooze_alert(known, until, note=note),
        json=json,
    )


@alerts.command()
def assign(
    alert: _Alert,
    who: Annotated[str, typer.Argument(metavar="NAME", help="Whose it is to be; '' for nobody's.")],
    note: _Note = "",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Make an alert somebody's."""
    _act(
        where(data_dir, database_url),
        alert,
        lambda client, known: client.assign_alert(known, who or None, note=note),
        json=json,
    )


@alerts.command()
def resolve(
    alert: _Alert,
    note: _Note = "",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Settle an alert; it opens again by itself when it comes back."""
    _act(
        where(data_dir, database_url),
        alert,
        lambda client, known: client.resolve_alert(known, note=note),
        json=json,
    )


def duration(text: str) -> dt.timedelta:
    """Return a time such as ``30m``, ``2h`` or ``1d``.

    Raises
    ------
    UsageError
        If it is none.

    Examples
    --------
    >>> duration("90m")
    datetime.timedelta(seconds=5400)
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise UsageError(f"{text} is no time", remedy="Write it as 30m, 2h or 1d.")
    return dt.timedelta(**{_UNITS[found[2]]: int(found[1])})


_WHERE = "plimsoll alerts list shows the ids of alerts."


def _act(place: Place, alert: str, act: _Act, *, json: bool) -> None:
    chosen = identifier(alert, _WHERE)

    async def question(client: "AsyncRiskClient") -> "Alert":
        return await act(client, await client.alert(chosen))

    found = ask(place, question)
    state = _described(found)["status"]
    write_text(found.model_dump_json() + "\n" if json else f"{found.title}: {state}\n")


def _described(alert: "Alert") -> dict[str, object]:
    until, taken = alert.snoozed_until, alert.acknowledged_by
    return {
        "alert": alert.id,
        "title": alert.title,
        "detail": alert.detail,
        "severity": f"{alert.severity}, {alert.kind}",
        "status": alert.status + (f" by {taken}" if taken else ""),
        "assignee": alert.assignee,
        "snoozed": until and f"until {until:%Y-%m-%d %H:%M} UTC",
        "portfolio": alert.portfolio_id,
        "subject": alert.subject,
        "seen": f"{alert.count} times, last {alert.last_seen:%Y-%m-%d %H:%M:%S} UTC",
    }
