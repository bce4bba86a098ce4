"""``plimsoll keys``: the API keys of programs, and the keys by which access tokens are signed."""

from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.asking import Json, ask, identifier
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where
from plimsoll.errors import NotFoundError

if TYPE_CHECKING:
    from uuid import UUID

    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.model import WireModel
    from plimsoll.wire.program_accounts import ApiKey, ApiKeyWithSecret, ServiceAccount
    from plimsoll.wire.signing_keys import SigningKeys

__all__ = ["create", "keys", "list_accounts", "list_keys", "revoke", "rotate", "signing"]

keys = typer.Typer(
    help="API keys of programs, and the keys that sign access tokens. Asked of the platform of the place.",
    no_args_is_help=True,
)

_Permissions = Annotated[
    list[str] | None,
    typer.Option("--permission", metavar="NAME", help="Such as runs:read; may be repeated."),
]


@keys.command()
def create(
    account: Annotated[
        str, typer.Argument(metavar="ACCOUNT", help="Name of the service account; made if it is new.")
    ],
    name: Annotated[str, typer.Option(metavar="TEXT", help="What the key is for.")] = "key",
    permission: _Permissions = None,
    portfolio: Annotated[
        list[str] | None,
        typer.Option(metavar="PORTFOLIO", help="Only there and below it; an id; may be repeated."),
    ] = None,
    desk: Annotated[
        list[str] | None,
        typer.Option(metavar="TEAM", help="Only on what this team owns; an id; may be repeated."),
    ] = None,
    days: Annotated[int, typer.Option(metavar="COUNT", min=1, max=366, help="Until it ends.")] = 90,
    canary: Annotated[
        bool, typer.Option("--canary", help="Make bait: it opens nothing, and its use raises an alarm.")
    ] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Create an API key and print it, which is shown this once."""
    books = [identifier(one, "plimsoll portfolios tree shows the ids.") for one in portfolio or ()] or None
    owners = [identifier(one, "plimsoll teams list shows the ids of teams.") for one in desk or ()] or None

    async def question(client: "AsyncRiskClient") -> "ApiKeyWithSecret":
        try:
            known = await _named(client, account)
        except NotFoundError:
            known = await client.add_service_account(account, permission or ())
        bounds = {"portfolios": books, "desks": owners}
        return await client.add_api_key(
            known.id, name, permissions=permission, days=days, canary=canary, **bounds
        )

    made = ask(where(data_dir, database_url), question)
    if json:
        write_text(made.model_dump_json() + "\n")
        return
    may = _may(made)
    write_text(
        f"key        {made.key}\nid         {made.id}\nmay        {may}\n"
        f"ends       {made.expires_at:%Y-%m-%d}\n"
    )


@keys.command("list")
def list_keys(data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """List API keys, oldest first; the keys themselves are kept nowhere."""

    async def question(client: "AsyncRiskClient") -> tuple[list["ApiKey"], dict["UUID", str]]:
        names = {found.id: found.name async for found in client.service_accounts()}
        return [key async for key in client.api_keys()], names

    found, names = ask(where(data_dir, database_url), question)
    if json:
        write_text(_lines(found))
        return
    from rich.table import Table

    table = Table("key", "account", "name", "may", "ends", "last used", "state", box=None, pad_edge=False)
    for key in found:
        used = "never" if key.last_used_at is None else f"{key.last_used_at:%Y-%m-%d %H:%M}"
        state = "revoked" if key.revoked_at is not None else "bait" if key.canary else "in use"
        who = (str(key.id), names.get(key.account_id, ""), key.name)
        table.add_row(*who, _may(key), f"{key.expires_at:%Y-%m-%d}", used, state)
    tables(piped_width=200).print(table)


@keys.command("accounts")
def list_accounts(data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """List service accounts, oldest first."""

    async def question(client: "AsyncRiskClient") -> list["ServiceAccount"]:
        return [account async for account in client.service_accounts()]

    found = ask(where(data_dir, database_url), question)
    if json:
        write_text(_lines(found))
        return
    from rich.table import Table

    table = Table("account", "name", "may", "state", box=None, pad_edge=False)
    for account in found:
        state = "in use" if account.disabled_at is None else "disabled"
        table.add_row(str(account.id), account.name, ", ".join(account.permissions), state)
    tables(piped_width=200).print(table)


@keys.command()
def revoke(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Id of a key.")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Revoke an API key for good."""
    chosen = identifier(key, "plimsoll keys list shows the ids of keys.")

    async def question(client: "AsyncRiskClient") -> None:
        await client.revoke_api_key(chosen)

    ask(where(data_dir, database_url), question)
    write_text(f'{{"revoked": "{chosen}"}}\n' if json else f"{chosen} is revoked.\n")


@keys.command()
def signing(data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """List the keys that sign access tokens, the newest first."""

    async def question(client: "AsyncRiskClient") -> "SigningKeys":
        return await client.signing_keys()

    _show(ask(where(data_dir, database_url), question), json)


@keys.command()
def rotate(
    emergency: Annotated[
        bool, typer.Option("--emergency", help="At once: every access token ends within five seconds.")
    ] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Have another key sign access tokens; it is published for an hour before, unless in an emergency."""

    async def question(client: "AsyncRiskClient") -> "SigningKeys":
        return await client.rotate_signing_keys(emergency=emergency)

    _show(ask(where(data_dir, database_url), question), json)


def _show(found: "SigningKeys", json: bool) -> None:
    if json:
        write_text(found.model_dump_json() + "\n")
        return
    from rich.table import Table

    table = Table("key", "state", "published", "signs from", box=None, pad_edge=False)
    for key in found.keys:
        times = (f"{time:%Y-%m-%d %H:%M:%S}" for time in (key.created_at, key.active_from))
        table.add_row(key.kid, key.state, *times)
    tables(piped_width=200).print(table)


def _may(key: "ApiKey") -> str:
    able = "all that its account may" if key.permissions is None else ", ".join(key.permissions) or "nothing"
    places = [f"portfolio {one}" for one in key.portfolios or ()] + [f"desk {one}" for one in key.desks or ()]
    return f"{able}, on {' and '.join(places)}" if places else able


async def _named(client: "AsyncRiskClient", name: str) -> "ServiceAccount":
    async for account in client.service_accounts():
        if account.name == name:
            return account
    raise NotFoundError(f"there is no service account {name}")


def _lines(found: "list[ApiKey] | list[ServiceAccount]") -> str:
    messages: list[WireModel] = list(found)
    return "[" + ",\n ".join(one.model_dump_json() for one in messages) + "]\n"
