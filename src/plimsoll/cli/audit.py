"""``plimsoll audit``: who did what to what, and whether all of it is still there."""

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.alerts import duration
from plimsoll.cli.asking import Json, ask
from plimsoll.cli.output import tables, write_file, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.audit import AuditEvent, AuditKeyRotation, AuditVerification

__all__ = ["ExportFormat", "audit", "export", "list_events", "rotate_key", "verify"]

audit = typer.Typer(
    help="The audit: who did what. It is asked of the platform of the data directory.", no_args_is_help=True
)

_Action = Annotated[
    list[str] | None,
    typer.Option(metavar="ACTION", help="Only this action, as limit.approved; may be repeated."),
]
_Last = Annotated[
    str | None, typer.Option(metavar="TIME", help="Only of this time until now, such as 2h or 7d.")
]
_MOST = 200


class ExportFormat(StrEnum):
    """How a file is written."""

    CSV = "csv"
    JSONL = "jsonl"


@audit.command("list")
def list_events(
    action: _Action = None,
    actor: Annotated[str | None, typer.Option(metavar="ID", help="Only what this one did.")] = None,
    subject: Annotated[str | None, typer.Option(metavar="ID", help="Only what was done to this.")] = None,
    last: _Last = None,
    limit: Annotated[int, typer.Option(metavar="COUNT", min=1, help="Most events to list.")] = 50,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """List what was done, the last thing first."""
    since = _since(last)

    async def question(client: "AsyncRiskClient") -> list["AuditEvent"]:
        found: list[AuditEvent] = []
        asked = client.audit_events(
            actions=action or (), actor=actor, subject=subject, since=since, page_size=min(limit, _MOST)
        )
        async for event in asked:
            found.append(event)
            if len(found) == limit:
                break
        return found

    found = ask(where(data_dir, database_url), question)
    if json:
        write_text("[" + ",\n ".join(event.model_dump_json() for event in found) + "]\n")
        return
    from rich.table import Table
    from rich.text import Text

    table = Table("recorded", "action", "who", "what", "detail", "from", box=None, pad_edge=False)
    for event in found:
        who = event.actor_name or event.actor or ""
        detail = " ".join(f"{name}={value}" for name, value in event.detail.items())
        cells = (f"{event.recorded_at:%Y-%m-%d %H:%M:%S}", event.action, who, event.subject, detail)
        # As texts: what somebody called themselves is no markup.
        table.add_row(*map(Text, (*cells, event.address)))
    tables(piped_width=240).print(table)


@audit.command()
def verify(data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """Go through the whole chain of events. Exit 1 if something is not as it was sealed."""

    async def question(client: "AsyncRiskClient") -> "AuditVerification":
        return await client.verify_audit()

    found = ask(where(data_dir, database_url), question)
    write_text(found.model_dump_json() + "\n" if json else _told(found))
    if not found.intact:
        raise typer.Exit(1)


@audit.command()
def export(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to; stdout by default.")
    ] = None,
    form: Annotated[ExportFormat, typer.Option("--format", help="CSV or JSON lines.")] = ExportFormat.CSV,
    action: _Action = None,
    last: _Last = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Write what was done to a file; that somebody took it is recorded too."""
    since = _since(last)

    async def question(client: "AsyncRiskClient") -> bytes:
        return await client.export_audit(form.value, actions=action or (), since=since)

    file = ask(where(data_dir, database_url), question).decode()
    if output is None:
        write_text(file)
        return
    write_file(output, file)
    typer.echo(f"{output} is written.", err=True)


@audit.command("rotate-key")
def rotate_key(data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """Let another key seal the audit from now on. Earlier keys stay in the file: back it up anew."""

    async def question(client: "AsyncRiskClient") -> "AuditKeyRotation":
        return await client.rotate_audit_key()

    made = ask(where(data_dir, database_url), question)
    text = (
        f"key        {made.key_id}\nbefore     {made.before}\n\n"
        f"The file audit-key of the data directory holds {made.keys} keys: back it up,"
        " and give it to workers on other machines.\n"
    )
    write_text(made.model_dump_json() + "\n" if json else text)


def _since(last: str | None) -> dt.datetime | None:
    return None if last is None else dt.datetime.now(dt.UTC) - duration(last)


def _told(found: "AuditVerification") -> str:
    state = "intact" if found.intact else "NOT INTACT"
    lines = [
        f"The audit is {state}.",
        "",
        f"  events sealed        {found.sealed}",
        f"  waiting for a seal   {found.waiting}",
        f"  checkpoints          {found.checkpoints}",
    ]
    if found.first_bad is not None:
        lines.append(f"  first bad sequence   {found.first_bad}")
    lines += [f"  at {flaw.sequence}: {flaw.reason}" for flaw in found.flaws]
    if found.intact and found.sealed and not found.checkpoints:
        lines += ["", "There is no checkpoint here: whether the end was cut off cannot be said."]
    return "\n".join(lines) + "\n"
