"""``plimsoll users factors``: what people show beside their password, and the way back for who lost it."""

from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.asking import Json, ask, identifier
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.factors import FactorList
    from plimsoll.wire.recoveries import Recovery

__all__ = ["approve", "factors", "list_factors", "list_recoveries", "recover", "refuse"]

factors = typer.Typer(
    help="Second factors of people, and recoveries. Everybody adds their own on the page /account.",
    no_args_is_help=True,
)

_User = Annotated[str, typer.Argument(metavar="USER", help="Id of a user.")]
_Recovery = Annotated[str, typer.Argument(metavar="RECOVERY", help="Id of a recovery.")]
_WHO = "plimsoll users list shows the ids of users."
_WHICH = "plimsoll users factors recoveries shows the ids of recoveries."


@factors.command("list")
def list_factors(
    user: _User, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """List the factors of somebody."""
    chosen = identifier(user, _WHO)

    async def question(client: "AsyncRiskClient") -> "FactorList":
        return await client.user_factors(chosen)

    found = ask(where(data_dir, database_url), question)
    if json:
        write_text(found.model_dump_json() + "\n")
        return
    from rich.table import Table

    table = Table("factor", "kind", "name", "state", "used", box=None, pad_edge=False)
    for one in found.items:
        state = "suspended" if one.suspended_at else "in use" if one.confirmed_at else "not confirmed"
        used = "" if one.used_at is None else f"{one.used_at:%Y-%m-%d %H:%M}"
        table.add_row(str(one.id), one.kind, one.name, state, used)
    tables(piped_width=150).print(table)
    write_text(f"{found.recovery_codes} recovery codes are left.\n")


@factors.command()
def recover(
    user: _User,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="For who decides, and for the audit.")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Ask that password and factors of somebody be forgotten; an administrator needs another who agrees."""
    chosen = identifier(user, _WHO)

    async def question(client: "AsyncRiskClient") -> "Recovery":
        return await client.ask_for_recovery(chosen, reason)

    _say(ask(where(data_dir, database_url), question), json)


@factors.command("recoveries")
def list_recoveries(data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """List recoveries, oldest first."""

    async def question(client: "AsyncRiskClient") -> list["Recovery"]:
        return [one async for one in client.recoveries()]

    found = ask(where(data_dir, database_url), question)
    if json:
        write_text("[" + ",\n ".join(one.model_dump_json() for one in found) + "]\n")
        return
    from rich.table import Table

    table = Table("recovery", "user", "reason", "asked by", "state", box=None, pad_edge=False)
    for one in found:
        table.add_row(str(one.id), str(one.user_id), one.reason, one.requested_by, _state(one))
    tables(piped_width=200).print(table)


@factors.command()
def approve(
    recovery: _Recovery, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Agree with a recovery as the second person; prints the link by which its owner begins anew."""
    chosen = identifier(recovery, _WHICH)

    async def question(client: "AsyncRiskClient") -> "Recovery":
        return await client.approve_recovery(chosen)

    _say(ask(where(data_dir, database_url), question), json)


@factors.command()
def refuse(
    recovery: _Recovery, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Refuse a recovery, or take it back."""
    chosen = identifier(recovery, _WHICH)

    async def question(client: "AsyncRiskClient") -> "Recovery":
        return await client.refuse_recovery(chosen)

    _say(ask(where(data_dir, database_url), question), json)


def _say(recovery: "Recovery", json: bool) -> None:
    from plimsoll.wire.recoveries import RecoveryWithLink

    text = f"recovery   {recovery.id}\nstate      {_state(recovery)}\n"
    if isinstance(recovery, RecoveryWithLink) and recovery.link is not None:
        text += f"link       {recovery.link}\n\nGood once. " + (
            "It was also sent to them.\n" if recovery.mailed else "Give it to them.\n"
        )
    write_text(recovery.model_dump_json() + "\n" if json else text)


def _state(recovery: "Recovery") -> str:
    if recovery.approved is None:
        return f"waits for a second person until {recovery.ends_at:%Y-%m-%d %H:%M}"
    return "done: password and factors are forgotten" if recovery.approved else "refused"
