"""``plimsoll portfolios``: portfolios and what they hold, from the command line."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.asking import Json, ask, day
from plimsoll.cli.naming import portfolio_id
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.portfolios import Portfolio, PortfolioBranch
    from plimsoll.wire.positions import Holdings, ImportResult
    from plimsoll.wire.risk_runs import RiskRun

__all__ = ["archive", "create", "import_file", "list_portfolios", "portfolios", "restore", "show", "tree"]

portfolios = typer.Typer(
    help="Portfolios and what they hold. They are asked of the platform of the data directory.",
    no_args_is_help=True,
)

_Portfolio = Annotated[str, typer.Argument(metavar="PORTFOLIO", help="Id of a portfolio, or its name.")]
_Archived = Annotated[bool, typer.Option("--archived", help="Archived ones as well.")]


@portfolios.command("list")
def list_portfolios(
    archived: _Archived = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """List portfolios, oldest first."""
    found = ask(where(data_dir, database_url), lambda client: _all(client, archived))
    if json:
        write_text("[" + ",\n ".join(one.model_dump_json() for one in found) + "]\n")
        return
    from rich.markup import escape
    from rich.table import Table

    table = Table("portfolio", "name", "currency", "changed", box=None, pad_edge=False)
    for one in found:
        state = " (archived)" if one.archived_at else ""
        table.add_row(
            str(one.id), escape(one.name) + state, one.base_currency, f"{one.updated_at:%Y-%m-%d %H:%M}"
        )
    tables(piped_width=200).print(table)


@portfolios.command()
def show(
    portfolio: _Portfolio, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Show what a portfolio holds by its last import."""

    async def question(client: "AsyncRiskClient") -> "Holdings":
        return await client.positions(await portfolio_id(client, portfolio))

    held = ask(where(data_dir, database_url), question)
    if json:
        write_text(held.model_dump_json() + "\n")
        return
    from rich.markup import escape
    from rich.table import Table

    about = held.holdings
    since = f"{about.known_at:%Y-%m-%d %H:%M} UTC"
    write_text(
        f"{about.source_name}, held from {about.valid_from}, known since {since}\n"
        f"{about.positions} positions, {about.refused} rows refused\n\n"
    )
    table = Table("symbol", "kind", "quantity", "currency", "labels", box=None, pad_edge=False)
    for one in held.positions:
        labels = ", ".join(f"{name}={label}" for name, label in sorted(one.attributes.items()))
        table.add_row(escape(one.symbol), one.kind, f"{one.quantity:,g}", one.currency, escape(labels))
    tables(piped_width=200).print(table)


@portfolios.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Different from those of its siblings.")],
    currency: Annotated[str, typer.Option(metavar="CODE", help="Its base currency.")] = "USD",
    parent: Annotated[str | None, typer.Option(metavar="PORTFOLIO", help="The one above it.")] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Create a portfolio and print its id."""

    async def question(client: "AsyncRiskClient") -> "Portfolio":
        above = None if parent is None else await portfolio_id(client, parent)
        return await client.create_portfolio(name, base_currency=currency, parent_id=above)

    made = ask(where(data_dir, database_url), question)
    write_text((made.model_dump_json() if json else str(made.id)) + "\n")


@portfolios.command("import")
def import_file(
    portfolio: _Portfolio,
    file: Annotated[Path, typer.Argument(metavar="POSITIONS.csv", help="Symbol and quantity are enough.")],
    valid_from: Annotated[
        str | None, typer.Option(metavar="DATE", help="First date of these positions. Default: today.")
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Import a file of positions and say what became of each row. Exit 1 if a row was refused."""
    first = None if valid_from is None else day(valid_from)

    async def question(client: "AsyncRiskClient") -> "ImportResult":
        return await client.import_positions(await portfolio_id(client, portfolio), file, valid_from=first)

    done = ask(where(data_dir, database_url), question)
    if json:
        write_text(done.model_dump_json() + "\n")
    else:
        about = done.holdings
        write_text(f"{about.positions} positions from {about.source_name}, held from {about.valid_from}\n")
        write_text("".join(f"row {one.row} refused: {one.message}\n" for one in done.refused))
    if done.refused:
        raise typer.Exit(1)


@portfolios.command()
def archive(
    portfolio: _Portfolio, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Archive a portfolio: its positions and runs stay readable."""

    async def question(client: "AsyncRiskClient") -> "Portfolio":
        chosen = await portfolio_id(client, portfolio)
        return await client.archive_portfolio(await client.portfolio(chosen))

    gone = ask(where(data_dir, database_url), question)
    write_text(gone.model_dump_json() + "\n" if json else f"{gone.name} is archived.\n")


@portfolios.command()
def restore(
    portfolio: _Portfolio, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Take an archived portfolio into use again."""

    async def question(client: "AsyncRiskClient") -> "Portfolio":
        chosen = await portfolio_id(client, portfolio, archived=True)
        return await client.restore_portfolio(await client.portfolio(chosen))

    back = ask(where(data_dir, database_url), question)
    write_text(back.model_dump_json() + "\n" if json else f"{back.name} is in use again.\n")


@portfolios.command()
def tree(
    archived: _Archived = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Show the tree of portfolios, each with VaR and ES of its last run and its open breaches."""
    found = ask(
        where(data_dir, database_url), lambda client: client.portfolio_tree(include_archived=archived)
    )
    if json:
        write_text("[" + ",\n ".join(one.model_dump_json() for one in found) + "]\n")
        return
    write_text("".join(f"{'  ' * one.depth}{one.name}{_standing(one)}\n" for one in found))


def _standing(one: "PortfolioBranch") -> str:
    run, open_ = one.last_run, one.open_breaches
    state = " (archived)" if one.archived_at else ""
    figures = "" if run is None else f"  {run.base_currency} {_risk(run)}, {run.as_of}"
    breaches = "" if not open_ else f", {open_} open breach{'es' if open_ > 1 else ''}"
    return state + figures + breaches


def _risk(run: "RiskRun") -> str:
    """Return VaR and ES; of a portfolio in which nothing could be priced there is none."""
    var, es = ("—" if number is None else f"{number:,.0f}" for number in (run.var, run.es))
    return f"VaR {var}, ES {es}"


async def _all(client: "AsyncRiskClient", archived: bool) -> list["Portfolio"]:
    return [one async for one in client.portfolios(include_archived=archived, page_size=200)]
