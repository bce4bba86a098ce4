"""``plimsoll users``: the people who have an account."""

from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.asking import Json, ask, identifier
from plimsoll.cli.factors import factors
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where
from plimsoll.errors import NotFoundError

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.users import Invited, User

__all__ = ["disable", "enable", "invite", "list_users", "named", "users"]

users = typer.Typer(
    help="People with an account. They are asked of the platform of the data directory.", no_args_is_help=True
)

users.add_typer(factors, name="factors")

_User = Annotated[str, typer.Argument(metavar="USER", help="Id or e-mail address of a person.")]
_WHERE = "plimsoll users list shows ids and addresses."


@users.command("list")
def list_users(data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """List people, oldest first."""

    async def question(client: "AsyncRiskClient") -> list["User"]:
        return [user async for user in client.users()]

    found = ask(where(data_dir, database_url), question)
    if json:
        write_text("[" + ",\n ".join(user.model_dump_json() for user in found) + "]\n")
        return
    from rich.table import Table

    table = Table("user", "name", "e-mail", "state", "since", box=None, pad_edge=False)
    for user in found:
        state = "shut out" if not user.enabled else "invited" if user.invited else "active"
        table.add_row(str(user.id), user.name, user.email, state, f"{user.created_at:%Y-%m-%d}")
    tables(piped_width=200).print(table)


@users.command()
def invite(
    name: Annotated[str, typer.Argument(metavar="NAME", help="For people.")],
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="By which they sign in.")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Invite somebody, or somebody once more who has yet to choose a password, and print the link."""

    async def question(client: "AsyncRiskClient") -> tuple["Invited", bool]:
        async for user in client.users():
            if user.email == email.strip().lower() and user.invited:
                return await client.invite_user_again(user.id), True
        return await client.invite_user(name, email), False

    made, is_again = ask(where(data_dir, database_url), question)
    if json:
        write_text(made.model_dump_json() + "\n")
        return
    told = " The link before is good for nothing now." if is_again else ""
    told += " It was mailed as well: into the folder outbox, unless mail is set up." if made.mailed else ""
    write_text(
        f"user    {made.user.id}\nlink    {made.link}\n\n"
        f"Good once, until {made.expires_at:%Y-%m-%d %H:%M} UTC.{told}\n"
    )


@users.command()
def disable(
    user: _User, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Shut somebody out: their sessions and links are over."""
    _set_enabled(user, False, (data_dir, database_url), json)


@users.command()
def enable(
    user: _User, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Let somebody sign in again."""
    _set_enabled(user, True, (data_dir, database_url), json)


def _set_enabled(text: str, enabled: bool, place: tuple[DataDir, DatabaseUrl], json: bool) -> None:
    async def question(client: "AsyncRiskClient") -> "User":
        return await client.change_user(await named(client, text), enabled=enabled)

    changed = ask(where(*place), question)
    said = f"{changed.email} may sign in.\n" if enabled else f"{changed.email} is shut out.\n"
    write_text(changed.model_dump_json() + "\n" if json else said)


async def named(client: "AsyncRiskClient", text: str) -> "User":
    """Return the person of an id or an e-mail address.

    Raises
    ------
    NotFoundError
        If nobody has the address.
    """
    if "@" not in text:
        return await client.user(identifier(text, _WHERE))
    async for user in client.users():
        if user.email == text.strip().lower():
            return user
    raise NotFoundError("nobody has this e-mail address", remedy=_WHERE)
