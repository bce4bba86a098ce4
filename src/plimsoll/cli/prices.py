"""``plimsoll prices``: price sets uploaded and listed, prices looked at."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.asking import Json, ask, identifier
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.price_sets import PriceSet
    from plimsoll.wire.prices import LastPrice, PricePoint

__all__ = ["list_sets", "prices", "show", "upload"]

prices = typer.Typer(
    help="Price sets and their prices. They are asked of the platform of the data directory.",
    no_args_is_help=True,
)

_Set = Annotated[
    str | None, typer.Option("--set", metavar="ID", help="Which price set. Default: that with the last date.")
]
_WHERE = "plimsoll prices list shows the ids of price sets."


@prices.command("list")
def list_sets(data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """List price sets, oldest first."""

    async def question(client: "AsyncRiskClient") -> list["PriceSet"]:
        return [one async for one in client.price_sets()]

    found = ask(where(data_dir, database_url), question)
    if json:
        write_text("[" + ",\n ".join(one.model_dump_json() for one in found) + "]\n")
        return
    from rich.markup import escape
    from rich.table import Table

    table = Table("price set", "name", "symbols", "from", "to", "stored", box=None, pad_edge=False)
    for one in found:
        dates = str(one.first_date), str(one.last_date), f"{one.created_at:%Y-%m-%d %H:%M}"
        table.add_row(str(one.id), escape(one.name), str(one.symbols), *dates)
    tables(piped_width=200).print(table)


@prices.command()
def upload(
    file: Annotated[Path, typer.Argument(metavar="PRICES", help="CSV, gzipped CSV or Parquet.")],
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Default: the name of the file.")] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Upload a file of prices and print the id of its set; equal prices are stored once."""
    made = ask(where(data_dir, database_url), lambda client: client.upload_prices(file, name=name))
    write_text((made.model_dump_json() if json else str(made.id)) + "\n")


@prices.command()
def show(
    symbol: Annotated[
        str | None, typer.Argument(metavar="SYMBOL", help="Its last prices; of all symbols the last one.")
    ] = None,
    price_set: _Set = None,
    limit: Annotated[int, typer.Option(metavar="COUNT", min=1, help="Most prices to show.")] = 20,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Show the last prices of a symbol, or the last price of each with its age."""
    chosen = None if price_set is None else identifier(price_set, _WHERE)

    async def question(client: "AsyncRiskClient") -> "list[PricePoint] | list[LastPrice]":
        if symbol is not None:
            points = client.price_series(symbol, price_set_id=chosen, page_size=10_000)
            return [one async for one in points][-limit:]
        found: list[LastPrice] = []
        async for one in client.last_prices(price_set_id=chosen, page_size=min(limit, 1000)):
            found.append(one)
            if len(found) == limit:
                break
        return found

    found = ask(where(data_dir, database_url), question)
    if json:
        write_text("[" + ",\n ".join(one.model_dump_json() for one in found) + "]\n")
        return
    from rich.table import Table

    columns = ("date", "price") if symbol else ("symbol", "currency", "price", "date", "freshness")
    table = Table(*columns, box=None, pad_edge=False)
    for one in found:
        table.add_row(*(_cell(getattr(one, name)) for name in columns))
    tables(piped_width=120).print(table)


def _cell(value: object) -> str:
    from rich.markup import escape

    if isinstance(value, float):
        return f"{value:,.6g}"
    return "" if value is None else escape(str(value))
