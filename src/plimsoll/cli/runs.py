"""``plimsoll runs``: finished risk runs, listed, shown, made again and compared."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from plimsoll.cli.asking import Json, ask, identifier
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where
from plimsoll.errors import NotFoundError

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.model import WireModel
    from plimsoll.wire.positions import Position
    from plimsoll.wire.replays import RunDiff
    from plimsoll.wire.risk_runs import RiskRun

__all__ = ["diff", "list_runs", "replay", "runs", "show"]

runs = typer.Typer(
    help="Finished risk runs. They are asked of the platform that runs in the data directory, if one does.",
    no_args_is_help=True,
)

_Run = Annotated[str, typer.Argument(metavar="RUN", help="Id of a run, or 'latest'.")]


@runs.command("list")
def list_runs(
    portfolio: Annotated[str | None, typer.Option(metavar="ID", help="Only runs of this portfolio.")] = None,
    limit: Annotated[int, typer.Option(metavar="COUNT", min=1, help="Most runs to list.")] = 20,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """List runs, the last made first."""
    chosen = None if portfolio is None else _id(portfolio)

    async def question(client: "AsyncRiskClient") -> tuple[list["RiskRun"], dict[UUID, str]]:
        found = []
        async for run in client.runs(chosen, page_size=min(limit, 200)):
            found.append(run)
            if len(found) == limit:
                break
        return found, {book.id: book.name async for book in client.portfolios(include_archived=True)}

    found, names = ask(where(data_dir, database_url), question)
    if json:
        write_text("[" + ",\n ".join(run.model_dump_json() for run in found) + "]\n")
        return
    from rich.table import Table

    table = Table("run", "portfolio", "as of", box=None, pad_edge=False)
    for heading in ("value", "VaR", "ES"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for run in found:
        figures = (_figure(run.value), _figure(run.var), _figure(run.es))
        table.add_row(str(run.id), names[run.portfolio_id], str(run.as_of), *figures, run.base_currency)
    # An id that is cut off is of no use.
    tables(piped_width=200).print(table)


@runs.command()
def show(run: _Run, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """Show what a run was made of and what came out; --json prints its whole report, byte for byte."""

    async def question(client: "AsyncRiskClient") -> tuple["RiskRun", bytes]:
        found = await _run(client, run)
        return found, await client.report_document(found.id) if json else b""

    found, document = ask(where(data_dir, database_url), question)
    if json:
        write_text(document.decode())
        return
    options = found.options.model_dump(mode="json", exclude_defaults=True)
    lines = {
        "run": found.id,
        "identity": found.run_id,
        "portfolio": found.portfolio_id,
        "holdings": found.holdings_id,
        "price set": found.price_set_id,
        "options": ", ".join(f"{name} {value}" for name, value in options.items()) or "all by default",
        "made": f"{found.created_at:%Y-%m-%d %H:%M:%S} UTC by {found.created_by}",
        "as of": found.as_of,
        "value": f"{_figure(found.value)} {found.base_currency}",
        "VaR": f"{_figure(found.var)} {found.base_currency}",
        "ES": f"{_figure(found.es)} {found.base_currency}",
    }
    write_text("".join(f"{name:<10} {value}\n" for name, value in lines.items()))


@runs.command()
def replay(run: _Run, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """Calculate a run again from what is stored. Exit 1 if the report is not the same bit for bit."""

    async def question(client: "AsyncRiskClient") -> "tuple[RiskRun, WireModel, bool, tuple[str, ...]]":
        found = await _run(client, run)
        again = await client.replay(found.id)
        return found, again, again.identical, again.differences

    found, again, identical, differences = ask(where(data_dir, database_url), question)
    if json:
        write_text(again.model_dump_json() + "\n")
    elif identical:
        write_text(f"{found.id} is the same bit for bit.\n")
    else:
        write_text("".join(f"{line}\n" for line in (f"{found.id} is not the same:", *differences)))
    if not identical:
        raise typer.Exit(1)


@runs.command()
def diff(
    before: _Run, after: _Run, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Say which inputs changed from one run to another, and by how much the result moved."""

    async def question(client: "AsyncRiskClient") -> "RunDiff":
        return await client.diff((await _run(client, before)).id, (await _run(client, after)).id)

    found = ask(where(data_dir, database_url), question)
    write_text(found.model_dump_json() + "\n" if json else _described(found))


def _described(found: "RunDiff") -> str:
    lines = [f"changed    {', '.join(found.changed) or 'nothing'}"]
    lines += [
        f"{'option':<10} {name}: {option.before} to {option.after}" for name, option in found.options.items()
    ]
    for name, change in (("value", found.value), ("VaR", found.var), ("ES", found.es)):
        moved = _figure(change.change, sign="+")
        lines.append(f"{name:<10} {_figure(change.before)} to {_figure(change.after)}: {moved}")
    for word, positions in (("added", found.added), ("removed", found.removed), ("altered", found.altered)):
        lines += [f"{word:<10} {one.symbol}: {_held(one.before)} to {_held(one.after)}" for one in positions]
    return "".join(f"{line}\n" for line in lines)


async def _run(client: "AsyncRiskClient", wanted: str) -> "RiskRun":
    if wanted != "latest":
        return await client.run(_id(wanted))
    async for run in client.runs(page_size=1):
        return run
    raise NotFoundError("there are no runs yet")


def _id(text: str) -> UUID:
    return identifier(text, "plimsoll runs list shows the ids of runs.")


def _figure(number: float | None, *, sign: str = "") -> str:
    return "—" if number is None else f"{number:{sign},.0f}"


def _held(position: "Position | None") -> str:
    if position is None:
        return "—"
    price = "" if position.price is None else f" at {position.price:,g}"
    return f"{position.quantity:,.10g}{price} {position.currency}".rstrip()
