"""``plimsoll roles``: what roles there are, who holds them, and where."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.asking import Json, ask, identifier, instant
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where
from plimsoll.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.grants import Grant, GrantHolder
    from plimsoll.wire.roles import Role

__all__ = ["approve", "create", "delete", "end", "give", "grants", "list_roles", "reject", "roles"]

roles = typer.Typer(
    help="Roles, and who holds them where. They are asked of the platform of the data directory.",
    no_args_is_help=True,
)

_Name = Annotated[str, typer.Argument(metavar="ROLE", help="Name of a role.")]
_Grant = Annotated[str, typer.Argument(metavar="GRANT", help="Id of a grant.")]
_WHERE = "plimsoll roles grants shows the ids of grants."
_HOLDER = "Write an e-mail address, account: and a name, or user: or team: and an id."


@roles.command("list")
def list_roles(data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """List roles and what they may do, those that ship first."""
    found = ask(where(data_dir, database_url), lambda client: client.roles())
    if json:
        write_text("[" + ",\n ".join(role.model_dump_json() for role in found) + "]\n")
        return
    from rich.table import Table

    table = Table("role", "permissions", box=None, pad_edge=False)
    for role in found:
        table.add_row(role.name, ", ".join(role.permissions))
    tables(piped_width=400).print(table)


@roles.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Unlike that of any other role.")],
    permission: Annotated[
        list[str], typer.Option(metavar="RESOURCE:ACTION", help="What it gives; may be repeated.")
    ],
    description: Annotated[str, typer.Option(metavar="TEXT", help="A word about it.")] = "",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Make a role from permissions that you have yourself."""

    async def question(client: "AsyncRiskClient") -> "Role":
        return await client.create_role(name, permission, description=description)

    made = ask(where(data_dir, database_url), question)
    write_text(made.model_dump_json() + "\n" if json else f"role       {made.name}\n")


@roles.command()
def delete(name: _Name, data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Drop a role that the tenant has made and nobody holds."""

    async def question(client: "AsyncRiskClient") -> None:
        found = [role for role in await client.roles() if role.name == name and role.id is not None]
        if not found:
            remedy = "plimsoll roles list shows the roles; those that ship stay."
            raise NotFoundError("there is no such role of the tenant's own", remedy=remedy)
        await client.delete_role(found[0])

    ask(where(data_dir, database_url), question)
    typer.echo(f"Dropped {name}.", err=True)


@roles.command()
def give(
    holder: Annotated[str, typer.Argument(metavar="HOLDER", help=_HOLDER)],
    role: _Name,
    portfolio: Annotated[
        str | None, typer.Option(metavar="PORTFOLIO", help="Only there and below it; an id.")
    ] = None,
    desk: Annotated[
        str | None, typer.Option(metavar="TEAM", help="Only on what this team owns; an id.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="When it ends by itself, as 2030-01-31T18:00Z.")
    ] = None,
    comment: Annotated[str, typer.Option(metavar="TEXT", help="Why.")] = "",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Give a role; what is privileged waits until somebody else approves it."""
    book = None if portfolio is None else identifier(portfolio, "plimsoll portfolios tree shows the ids.")
    team = None if desk is None else identifier(desk, "plimsoll teams list shows the ids of teams.")
    ends = None if until is None else instant(until)

    async def question(client: "AsyncRiskClient") -> "Grant":
        to = await _holder(client, holder)
        return await client.give_role(to, role, desk=team, portfolio=book, expires_at=ends, comment=comment)

    _tell(ask(where(data_dir, database_url), question), json)


@roles.command()
def grants(
    holder: Annotated[str | None, typer.Option(metavar="HOLDER", help=f"Only theirs. {_HOLDER}")] = None,
    status: Annotated[
        str | None, typer.Option(metavar="STATUS", help="proposed, active, rejected or ended.")
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """List who holds what, the last proposed first."""

    async def question(client: "AsyncRiskClient") -> list["Grant"]:
        whose = None if holder is None else (await _holder(client, holder)).id
        return [grant async for grant in client.grants(holder=whose, status=status)]

    found = ask(where(data_dir, database_url), question)
    if json:
        write_text("[" + ",\n ".join(grant.model_dump_json() for grant in found) + "]\n")
        return
    from rich.table import Table

    table = Table("grant", "holder", "role", "where", "status", box=None, pad_edge=False)
    for one in found:
        table.add_row(str(one.id), f"{one.holder.kind}:{one.holder.id}", one.role, _place(one), one.status)
    tables(piped_width=250).print(table)


@roles.command()
def approve(
    grant: _Grant, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Bring a grant into force that somebody else has proposed."""
    _acted(grant, data_dir, database_url, json, lambda client, one: client.approve_grant(one.id))


@roles.command()
def reject(
    grant: _Grant, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Turn a proposed grant down."""
    _acted(grant, data_dir, database_url, json, lambda client, one: client.reject_grant(one.id))


@roles.command()
def end(
    grant: _Grant, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Take a role away; it is without effect within five seconds."""
    _acted(grant, data_dir, database_url, json, lambda client, one: client.end_grant(one.id))


def _acted(
    grant: str,
    data_dir: DataDir,
    database_url: DatabaseUrl,
    json: bool,
    act: Callable[["AsyncRiskClient", "Grant"], Awaitable["Grant"]],
) -> None:
    chosen = identifier(grant, _WHERE)

    async def question(client: "AsyncRiskClient") -> "Grant":
        return await act(client, await client.grant(chosen))

    _tell(ask(where(data_dir, database_url), question), json)


async def _holder(client: "AsyncRiskClient", text: str) -> "GrantHolder":
    from plimsoll.wire.grants import GrantHolder

    if "@" in text:
        async for user in client.users():
            if user.email == text.strip().lower():
                return GrantHolder(kind="user", id=user.id)
        raise NotFoundError("nobody has that address", remedy="plimsoll users list shows who there is.")
    kind, _, number = text.partition(":")
    if kind == "account":
        async for account in client.service_accounts():
            if number in (account.name, str(account.id)):
                return GrantHolder(kind="account", id=account.id)
        raise NotFoundError("there is no such service account", remedy="plimsoll keys accounts lists them.")
    chosen = identifier(number, _HOLDER)
    if kind == "user":
        return GrantHolder(kind="user", id=chosen)
    if kind == "team":
        return GrantHolder(kind="team", id=chosen)
    raise UsageError(f"{kind} holds no roles", remedy=_HOLDER)


def _place(grant: "Grant") -> str:
    if grant.desk is not None:
        return f"desk {grant.desk}"
    return "the tenant" if grant.portfolio is None else f"portfolio {grant.portfolio}"


def _tell(grant: "Grant", json: bool) -> None:
    if json:
        write_text(grant.model_dump_json() + "\n")
        return
    lines = [
        ("grant", str(grant.id)),
        ("holder", f"{grant.holder.kind}:{grant.holder.id}"),
        ("role", grant.role),
        ("where", _place(grant)),
        ("status", grant.status),
    ]
    if grant.status == "proposed":
        lines.append(("next", f"somebody else: plimsoll roles approve {grant.id}"))
    write_text("".join(f"{name:<10} {value}\n" for name, value in lines))
