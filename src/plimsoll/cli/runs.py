"""``plimsoll runs``: risk runs, started, listed, shown, asked what-if, made again and compared."""

import math
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from plimsoll.cli.asking import Json, ask, day, identifier
from plimsoll.cli.naming import portfolio_id
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where
from plimsoll.errors import DataError, NotFoundError, UsageError

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.model import WireModel
    from plimsoll.wire.positions import Position
    from plimsoll.wire.replays import RunDiff
    from plimsoll.wire.risk_runs import RiskRun
    from plimsoll.wire.what_if import LimitFigures, WhatIfResult

__all__ = ["diff", "list_runs", "replay", "runs", "show", "start", "what_if"]

runs = typer.Typer(
    help="Risk runs. They are asked of the platform that runs in the data directory, if one does.",
    no_args_is_help=True,
)

_Run = Annotated[str, typer.Argument(metavar="RUN", help="Id of a run, or 'latest'.")]


@runs.command()
def start(
    portfolio: Annotated[str, typer.Argument(metavar="PORTFOLIO", help="Id of a portfolio, or its name.")],
    confidence: Annotated[
        float | None, typer.Option(metavar="FRACTION", help="Confidence of VaR and ES. Default: 0.99.")
    ] = None,
    horizon: Annotated[
        int | None, typer.Option(metavar="DAYS", help="Horizon in trading days. Default: 1.")
    ] = None,
    days: Annotated[
        int | None, typer.Option(metavar="COUNT", help="Historical scenarios to use. Default: 500.")
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="historical (the default), parametric or monte-carlo."),
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="A,B", help="Attributes to cut by, top down.")] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Default: the last date of the prices.")
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Calculate the risk of a portfolio with the latest prices, and keep it as a run."""
    given: dict[str, Any] = {
        "confidence": confidence,
        "horizon_days": horizon,
        "days": days,
        "method": method,
        "by": None if by is None else tuple(name.strip().lower() for name in by.split(",") if name.strip()),
        "as_of": None if as_of is None else day(as_of),
    }
    options = {name: value for name, value in given.items() if value is not None}

    async def question(client: "AsyncRiskClient") -> "RiskRun":
        return await client.start_run(await portfolio_id(client, portfolio), **options)

    made = ask(where(data_dir, database_url), question)
    if json:
        write_text(made.model_dump_json() + "\n")
        return
    figures = f"VaR {_figure(made.var)}, ES {_figure(made.es)} {made.base_currency}"
    write_text(f"{made.id}\n{figures}, as of {made.as_of}\n")


@runs.command("what-if")
def what_if(
    run: _Run,
    trades: Annotated[
        list[str],
        typer.Argument(metavar="SYMBOL=QUANTITY…", help="What to buy, or to sell where it is negative."),
    ],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Say what trades would do to a run. Exit 1 if a limit would be breached, 3 if something is not known."""
    basket = _basket(trades)

    async def question(client: "AsyncRiskClient") -> "WhatIfResult":
        return await client.what_if((await _run(client, run)).id, basket)

    found = ask(where(data_dir, database_url), question)
    write_text(found.model_dump_json() + "\n") if json else _show_what_if(found)
    states = {limit.after.state.value for limit in found.limits}
    if "breached" in states:
        raise typer.Exit(1)
    if found.failures or "unknown" in states:
        raise typer.Exit(DataError.exit_code)


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


def _basket(trades: list[str]) -> dict[str, float]:
    """Return what is to be traded, by symbol."""
    basket: dict[str, float] = {}
    for trade in trades:
        symbol, _, quantity = trade.rpartition("=")
        try:
            number = float(quantity)
        except ValueError:
            number = float("nan")
        if not symbol or not math.isfinite(number):
            raise UsageError(f"{trade} is no trade", remedy="Write it as AAPL=-100 to sell a hundred.")
        if symbol in basket:
            raise UsageError(f"{symbol} is there twice", remedy="Give each symbol one quantity.")
        basket[symbol] = number
    return basket


def _show_what_if(found: "WhatIfResult") -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(found.base_currency, box=None, pad_edge=False)
    for heading in ("before", "after", "change"):
        table.add_column(heading, justify="right")
    before, after, change = found.before, found.after, found.change
    table.add_row("value", _figure(before.value), _figure(after.value), _figure(change.value, sign="+"))
    table.add_row("VaR", _figure(before.var.value), _figure(after.var.value), _figure(change.var, sign="+"))
    table.add_row("ES", _figure(before.es.value), _figure(after.es.value), _figure(change.es, sign="+"))
    for limit in found.limits:
        table.add_row(
            f"limit {escape(limit.name)}", escape(_stands(limit.before)), escape(_stands(limit.after)), ""
        )
    tables(piped_width=200).print(table)
    write_text("".join(f"{one.item} is in no number: {one.message}\n" for one in found.failures))


def _stands(limit: "LimitFigures") -> str:
    if limit.missing:
        return f"{limit.state.value}: {limit.missing}"
    used = "" if limit.utilisation is None else f", {limit.utilisation:.0%} used"
    return f"{limit.state.value}{used}"


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
    raise NotFoundError("there are no runs yet", remedy="Make one with plimsoll runs start.")


def _id(text: str) -> UUID:
    return identifier(text, "plimsoll runs list shows the ids of runs.")


def _figure(number: float | None, *, sign: str = "") -> str:
    return "—" if number is None else f"{number:{sign},.0f}"


def _held(position: "Position | None") -> str:
    if position is None:
        return "—"
    price = "" if position.price is None else f" at {position.price:,g}"
    return f"{position.quantity:,.10g}{price} {position.currency}".rstrip()
