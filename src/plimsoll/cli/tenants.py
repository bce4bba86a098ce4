"""``plimsoll tenants``: customers who share an installation and see nothing of each other."""

import json as json_format
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.asking import Json
from plimsoll.cli.output import write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, installation
from plimsoll.errors import UsageError

if TYPE_CHECKING:
    from plimsoll.workflows.new_tenants import NewTenant

__all__ = ["create", "tenants"]

tenants = typer.Typer(
    help="Tenants: customers who share an installation and see nothing of each other.", no_args_is_help=True
)

_LONGEST = 200


@tenants.command()
def create(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Unique; its people name it when they sign in.")
    ],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Make a tenant and print the link that makes its first administrator."""
    import asyncio

    from plimsoll.services.risk_api.running import running_url

    chosen = name.strip()
    if not chosen or len(chosen) > _LONGEST or not chosen.isprintable():
        raise UsageError("this cannot be the name of a tenant", remedy="Take one on one line.")
    place = installation(data_dir, database_url)
    with place.database(shared=True) as url:
        made = asyncio.run(_made(url, chosen))
    running = running_url(place.directory) or ""
    # A passkey belongs to a name, and to no address.
    address = (not place.hosts and running.replace("//127.0.0.1:", "//localhost:")) or place.address
    link = f"{address}/sign-in#{made.token}"
    if json:
        found = {"id": str(made.tenant.id), "name": made.tenant.name, "link": link}
        write_text(json_format.dumps(found) + "\n")
        return
    write_text(f"tenant  {made.tenant.id}\nlink    {link}\n\nGood once, for three days.\n")


async def _made(url: str, name: str) -> "NewTenant":
    import datetime as dt

    from plimsoll.data.store.database import Database
    from plimsoll.workflows.new_tenants import create_tenant

    database = Database(url)
    try:
        return await create_tenant(database, name, dt.datetime.now(dt.UTC))
    finally:
        await database.dispose()
