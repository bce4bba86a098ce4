"""``plimsoll identity-providers``: who is believed who people are, by single sign-on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.asking import Json, ask, identifier
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where
from plimsoll.errors import UsageError

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.identity_providers import IdentityProvider

__all__ = ["add", "identity_providers", "list_providers", "remove"]

identity_providers = typer.Typer(
    help="Single sign-on: providers of OpenID Connect. Asked of the platform of the place.",
    no_args_is_help=True,
)


@identity_providers.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="For people, on the sign-in page.")],
    issuer: Annotated[str, typer.Argument(metavar="URL", help="Of the provider.")],
    client_id: Annotated[str, typer.Option(metavar="TEXT", help="Who we are there.")],
    client_secret_file: Annotated[
        Path,
        typer.Option(metavar="FILE", help="Holds the secret that the provider gave us; - reads the input."),
    ],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Believe a provider, and print the address that has to be allowed there."""
    secret = _secret(client_secret_file)

    async def question(client: "AsyncRiskClient") -> "IdentityProvider":
        return await client.add_identity_provider(name, issuer, client_id, secret)

    made = ask(where(data_dir, database_url), question)
    if json:
        write_text(made.model_dump_json() + "\n")
        return
    write_text(
        f"provider   {made.id}\nsign in    {made.sign_in}\n\nAllow this address there: {made.redirect_uri}\n"
    )


@identity_providers.command("list")
def list_providers(data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """List who is believed, oldest first."""

    async def question(client: "AsyncRiskClient") -> list["IdentityProvider"]:
        return [provider async for provider in client.identity_providers()]

    found = ask(where(data_dir, database_url), question)
    if json:
        write_text("[" + ",\n ".join(one.model_dump_json() for one in found) + "]\n")
        return
    from rich.table import Table

    table = Table("provider", "name", "issuer", "client id", "since", box=None, pad_edge=False)
    for one in found:
        table.add_row(str(one.id), one.name, one.issuer, one.client_id, f"{one.created_at:%Y-%m-%d}")
    tables(piped_width=200).print(table)


@identity_providers.command()
def remove(
    provider: Annotated[str, typer.Argument(metavar="PROVIDER", help="Id of a provider.")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Believe a provider no more; sessions that it began go on until they end."""
    chosen = identifier(provider, "plimsoll identity-providers list shows the ids.")

    async def question(client: "AsyncRiskClient") -> None:
        await client.remove_identity_provider(chosen)

    ask(where(data_dir, database_url), question)
    write_text(f'{{"removed": "{chosen}"}}\n' if json else f"{chosen} is removed.\n")


def _secret(path: Path) -> str:
    """Read the secret, which as an argument would stand in the list of processes."""
    try:
        text = typer.get_text_stream("stdin").read() if str(path) == "-" else path.read_text()
    except OSError:
        raise UsageError(f"{path} cannot be read", remedy="Write the secret into a file.") from None
    if not text.strip():
        raise UsageError(f"{path} is empty", remedy="Write the secret into it.")
    return text.strip()
