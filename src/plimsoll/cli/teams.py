"""``plimsoll teams``: people and service accounts together, and the portfolios that they own."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from plimsoll.cli.asking import Json, ask, identifier
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where
from plimsoll.errors import UsageError

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.teams import Team, TeamMember

__all__ = ["change", "create", "delete", "list_teams", "teams"]

teams = typer.Typer(
    help="Teams and desks. They are asked of the platform of the data directory.", no_args_is_help=True
)

_Team = Annotated[str, typer.Argument(metavar="TEAM", help="Id of a team.")]
_Members = Annotated[
    list[str] | None,
    typer.Option("--member", metavar="MEMBER", help="user: or account: and an id; may be repeated."),
]
_Portfolios = Annotated[
    list[str] | None,
    typer.Option("--portfolio", metavar="PORTFOLIO", help="Id of one that it owns; may be repeated."),
]
_WHERE = "plimsoll teams list shows the ids of teams."
_MEMBER = "Write user: or account: and an id."


@teams.command("list")
def list_teams(data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """List teams, oldest first."""

    async def question(client: "AsyncRiskClient") -> list["Team"]:
        return [team async for team in client.teams()]

    found = ask(where(data_dir, database_url), question)
    if json:
        write_text("[" + ",\n ".join(team.model_dump_json() for team in found) + "]\n")
        return
    from rich.table import Table

    table = Table("team", "name", "members", "portfolios", box=None, pad_edge=False)
    for team in found:
        table.add_row(str(team.id), team.name, str(len(team.members)), str(len(team.portfolios)))
    tables(piped_width=200).print(table)


@teams.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Unlike that of any other team.")],
    member: _Members = None,
    portfolio: _Portfolios = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Make a team."""
    inside, owned = _members(member or []), _portfolios(portfolio or [])

    async def question(client: "AsyncRiskClient") -> "Team":
        return await client.create_team(name, members=inside, portfolios=owned)

    _tell(ask(where(data_dir, database_url), question), json)


@teams.command()
def change(
    team: _Team,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Another name.")] = None,
    member: _Members = None,
    portfolio: _Portfolios = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Say who is in a team, or what it owns; what is named takes the place of what there was."""
    chosen = identifier(team, _WHERE)
    changes: dict[str, Any] = {} if name is None else {"name": name}
    if member:
        changes["members"] = _members(member)
    if portfolio:
        changes["portfolios"] = _portfolios(portfolio)

    async def question(client: "AsyncRiskClient") -> "Team":
        return await client.change_team(await client.team(chosen), **changes)

    _tell(ask(where(data_dir, database_url), question), json)


@teams.command()
def delete(team: _Team, data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Drop a team that no grant names."""
    chosen = identifier(team, _WHERE)

    async def question(client: "AsyncRiskClient") -> "Team":
        known = await client.team(chosen)
        await client.delete_team(known)
        return known

    dropped = ask(where(data_dir, database_url), question)
    typer.echo(f"Dropped {dropped.name}.", err=True)


def _members(texts: list[str]) -> tuple["TeamMember", ...]:
    return tuple(map(_member, texts))


def _member(text: str) -> "TeamMember":
    from plimsoll.wire.teams import TeamMember

    kind, _, number = text.partition(":")
    chosen = identifier(number, _MEMBER)
    if kind == "user":
        return TeamMember(kind="user", id=chosen)
    if kind == "account":
        return TeamMember(kind="account", id=chosen)
    raise UsageError(f"{kind} is in no team", remedy=_MEMBER)


def _portfolios(texts: list[str]) -> tuple[UUID, ...]:
    return tuple(identifier(text, "plimsoll portfolios tree shows the ids.") for text in texts)


def _tell(team: "Team", json: bool) -> None:
    if json:
        write_text(team.model_dump_json() + "\n")
        return
    lines = [
        ("team", f"{team.id}, {team.name}"),
        *(("member", f"{member.kind}:{member.id}") for member in team.members),
        *(("portfolio", str(portfolio)) for portfolio in team.portfolios),
    ]
    write_text("".join(f"{name:<10} {value}\n" for name, value in lines))
