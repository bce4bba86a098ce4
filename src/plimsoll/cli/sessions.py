"""``plimsoll sessions``: who is signed in where."""

from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.asking import Json, ask, identifier
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where
from plimsoll.cli.users import named

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.sessions import Session

__all__ = ["list_sessions", "revoke", "sessions"]

sessions = typer.Typer(
    help="Sessions of people. They are asked of the platform of the data directory.", no_args_is_help=True
)

_OfUser = Annotated[
    str | None, typer.Option("--user", metavar="USER", help="Id or e-mail address of a person.")
]


@sessions.command("list")
def list_sessions(
    user: _OfUser = None, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """List the sessions that go on, oldest first."""

    async def question(client: "AsyncRiskClient") -> list["Session"]:
        whose = None if user is None else (await named(client, user)).id
        return [session async for session in client.sessions(user_id=whose)]

    found = ask(where(data_dir, database_url), question)
    if json:
        write_text("[" + ",\n ".join(session.model_dump_json() for session in found) + "]\n")
        return
    from rich.table import Table

    table = Table("session", "user", "since", "seen", "from", "by", box=None, pad_edge=False)
    for session in found:
        times = (f"{at:%Y-%m-%d %H:%M}" for at in (session.created_at, session.seen_at))
        table.add_row(
            str(session.id), str(session.user_id), *times, session.address, ", ".join(session.factors)
        )
    tables(piped_width=200).print(table)


@sessions.command()
def revoke(
    session: Annotated[str, typer.Argument(metavar="SESSION", help="Id of a session.")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """End a session."""
    chosen = identifier(session, "plimsoll sessions list shows the ids of sessions.")

    async def question(client: "AsyncRiskClient") -> None:
        await client.end_session(chosen)

    ask(where(data_dir, database_url), question)
    write_text(f'{{"revoked": "{chosen}"}}\n' if json else f"{chosen} has ended.\n")
