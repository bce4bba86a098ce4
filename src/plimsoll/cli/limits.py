"""``plimsoll limits``: proposed, decided, checked, and tried on the past."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plimsoll.cli.asking import Json, ask, identifier
from plimsoll.cli.naming import portfolio_id
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where
from plimsoll.errors import ConflictError, DataError, UsageError

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.limit_trials import LimitTrial
    from plimsoll.wire.limits import Limit, LimitDefinition, LimitProposal

__all__ = ["approve", "change", "check", "limits", "list_limits", "propose", "reject", "retire", "try_limit"]

limits = typer.Typer(
    help="Limits: how far a measure of a portfolio may go. One proposes, another approves.",
    no_args_is_help=True,
)

_FIND = "plimsoll limits list shows the ids of limits."
_Portfolio = Annotated[str, typer.Argument(metavar="PORTFOLIO", help="Id of a portfolio, or its name.")]
_Limit = Annotated[str, typer.Argument(metavar="LIMIT", help="Id of a limit.")]
_Measure = Annotated[str, typer.Option("--measure", metavar="NAME", help="var, es, value, share, day_pnl …")]
_Node = Annotated[
    list[str] | None,
    typer.Option("--node", metavar="ATTRIBUTE=LABEL", help="A slice; may be repeated. Default: all of it."),
]
_Bound = Annotated[str, typer.Option("--bound", metavar="SIDE", help="upper or lower.")]
_Unit = Annotated[str, typer.Option("--unit", metavar="UNIT", help="currency, or fraction of the value.")]
_Soft = Annotated[float | None, typer.Option("--soft", metavar="NUMBER", help="Level of a warning.")]
_Hard = Annotated[float | None, typer.Option("--hard", metavar="NUMBER", help="Level of a breach.")]
_Hysteresis = Annotated[
    float, typer.Option("--hysteresis", metavar="FRACTION", help="How far back a measure must come.")
]
_Confidence = Annotated[float, typer.Option("--confidence", metavar="FRACTION", help="Of VaR and ES.")]
_Horizon = Annotated[int, typer.Option("--horizon", metavar="DAYS", help="Of VaR and ES.")]
_ValidFrom = Annotated[
    datetime | None,
    typer.Option("--valid-from", formats=["%Y-%m-%d"], help="First date of the runs. Default: all."),
]
_Comment = Annotated[str, typer.Option("--comment", metavar="TEXT", help="Why.")]


@limits.command("list")
def list_limits(
    portfolio: Annotated[
        str | None, typer.Option(metavar="PORTFOLIO", help="Only limits of this portfolio.")
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """List limits with what is proposed and how the last run stood to them."""

    async def find(client: "AsyncRiskClient") -> list["Limit"]:
        chosen = None if portfolio is None else await portfolio_id(client, portfolio)
        return [limit async for limit in client.limits(chosen)]

    _show(ask(where(data_dir, database_url), find), json)


@limits.command()
def propose(
    portfolio: _Portfolio,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the limit.")],
    measure: _Measure,
    node: _Node = None,
    bound: _Bound = "upper",
    unit: _Unit = "currency",
    soft: _Soft = None,
    hard: _Hard = None,
    hysteresis: _Hysteresis = 0.0,
    confidence: _Confidence = 0.99,
    horizon: _Horizon = 1,
    valid_from: _ValidFrom = None,
    comment: _Comment = "",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Propose a limit; it comes into force when it is approved."""
    wanted = _definition(measure, node, bound, unit, soft, hard, hysteresis, confidence, horizon)

    async def make(client: "AsyncRiskClient") -> "Limit":
        chosen = await portfolio_id(client, portfolio)
        return await client.propose_limit(chosen, name, wanted, valid_from=_day(valid_from), comment=comment)

    made = ask(where(data_dir, database_url), make)
    _tell(made, json, f"{made.id} is proposed; plimsoll limits approve {made.id} brings it into force.")


@limits.command()
def change(
    limit: _Limit,
    soft: _Soft = None,
    hard: _Hard = None,
    valid_from: _ValidFrom = None,
    comment: _Comment = "",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Propose other levels for a limit in force; a level that is left out stays."""

    async def make(client: "AsyncRiskClient") -> "LimitProposal":
        known = await client.limit(identifier(limit, _FIND))
        if known.definition is None:
            remedy = "Approve what is proposed for it first, or propose a limit anew."
            raise ConflictError("the limit is not in force", remedy=remedy)
        levels = {"soft": soft, "hard": hard}
        given = {name: level for name, level in levels.items() if level is not None}
        wanted = {**known.definition.model_dump(), **given}
        day = _day(valid_from)
        return await client.propose_limit_change(known, wanted, valid_from=day, comment=comment)

    made = ask(where(data_dir, database_url), make)
    _tell(made, json, f"The change is proposed; plimsoll limits approve {limit} brings it into force.")


@limits.command()
def retire(
    limit: _Limit,
    valid_from: _ValidFrom = None,
    comment: _Comment = "",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Propose that a limit be taken out of force."""

    async def make(client: "AsyncRiskClient") -> "LimitProposal":
        known = await client.limit(identifier(limit, _FIND))
        day = _day(valid_from)
        return await client.propose_limit_change(known, None, valid_from=day, comment=comment)

    made = ask(where(data_dir, database_url), make)
    _tell(made, json, f"The end is proposed; plimsoll limits approve {limit} carries it out.")


@limits.command()
def approve(
    limit: _Limit,
    comment: _Comment = "",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Approve what is proposed for a limit; another than the proposer must, unless there is one person."""

    async def decide(client: "AsyncRiskClient") -> "Limit":
        return await client.approve_limit(await _open(client, limit), comment=comment)

    found = ask(where(data_dir, database_url), decide)
    _tell(found, json, f"{found.name} is {found.status}, version {found.version}.")


@limits.command()
def reject(
    limit: _Limit,
    comment: _Comment = "",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Turn down what is proposed for a limit."""

    async def decide(client: "AsyncRiskClient") -> "Limit":
        return await client.reject_limit(await _open(client, limit), comment=comment)

    found = ask(where(data_dir, database_url), decide)
    _tell(found, json, f"The proposal is rejected; the limit is {found.status}.")


@limits.command()
def check(
    portfolio: _Portfolio,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Say how the last run stood to the limits. Exit 1 if one is breached, 3 if one is not known."""

    async def find(client: "AsyncRiskClient") -> list["Limit"]:
        chosen = await portfolio_id(client, portfolio)
        return [limit async for limit in client.limits(chosen) if limit.status == "active"]

    found = ask(where(data_dir, database_url), find)
    _show(found, json)
    states = [_state(limit) for limit in found]
    if "breached" in states:
        raise typer.Exit(1)
    if "unknown" in states:
        raise typer.Exit(DataError.exit_code)


@limits.command("test")
def try_limit(
    portfolio: _Portfolio,
    measure: _Measure,
    node: _Node = None,
    bound: _Bound = "upper",
    unit: _Unit = "currency",
    soft: _Soft = None,
    hard: _Hard = None,
    hysteresis: _Hysteresis = 0.0,
    confidence: _Confidence = 0.99,
    horizon: _Horizon = 1,
    days: Annotated[int, typer.Option(metavar="COUNT", help="Trading days to look back.")] = 250,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Say how often a limit would have been reached: today's positions over the prices of the past."""
    wanted = _definition(measure, node, bound, unit, soft, hard, hysteresis, confidence, horizon)

    async def find(client: "AsyncRiskClient") -> "LimitTrial":
        return await client.try_limit(await portfolio_id(client, portfolio), wanted, days=days)

    found = ask(where(data_dir, database_url), find)
    if json:
        write_text(found.model_dump_json() + "\n")
        return
    write_text(
        f"Would have fired {found.fired} times in {found.days} days ({found.days_breached} days beyond"
        f" the hard level), and warned {found.warned} times ({found.days_warning} days).\n"
        f"Measured: {found.estimator}.\n"
        f"Stored runs: {found.runs.days} days, fired {found.runs.fired}, warned {found.runs.warned}.\n"
    )


def _definition(
    measure: str,
    node: list[str] | None,
    bound: str,
    unit: str,
    soft: float | None,
    hard: float | None,
    hysteresis: float,
    confidence: float,
    horizon: int,
) -> dict[str, Any]:
    labels = {}
    for pair in node or []:
        attribute, equals, label = pair.partition("=")
        if not equals:
            raise UsageError(f"--node {pair} is no slice", remedy="Write it as desk=Growth.")
        labels[attribute] = label
    return {
        "measure": measure,
        "node": labels,
        "bound": bound,
        "unit": unit,
        "soft": soft,
        "hard": hard,
        "hysteresis": hysteresis,
        "confidence": confidence,
        "horizon_days": horizon,
    }


async def _open(client: "AsyncRiskClient", limit: str) -> "LimitProposal":
    known = await client.limit(identifier(limit, _FIND))
    if known.proposal is None:
        raise ConflictError("nothing is proposed for the limit", remedy="Propose a change first.")
    return known.proposal


def _show(found: Sequence["Limit"], json: bool) -> None:
    if json:
        write_text("[" + ",\n ".join(limit.model_dump_json() for limit in found) + "]\n")
        return
    from rich.table import Table

    table = Table("limit", "name", "measure", "state", box=None, pad_edge=False)
    for heading in ("value", "soft", "hard", "used", "beyond"):
        table.add_column(heading, justify="right")
    for limit in found:
        shown = limit.definition or (limit.proposal.definition if limit.proposal else None)
        last = limit.check
        table.add_row(
            str(limit.id),
            limit.name,
            "—" if shown is None else _measured(shown),
            _state(limit) if limit.status == "active" else limit.status,
            *(_level(shown, number) for number in (last.value if last else None, *_levels(shown))),
            _percent(last.utilisation if last else None),
            _percent(last.probability if last else None),
        )
    # An id that is cut off is of no use.
    tables(piped_width=200).print(table)


def _state(limit: "Limit") -> str:
    """Return how the last run stood to a limit; one that no run was held against is not known to be kept."""
    return "unknown" if limit.check is None else limit.check.state.value


def _measured(definition: "LimitDefinition") -> str:
    node = ", ".join(f"{name}={label}" for name, label in definition.node.items())
    return f"{definition.measure.value} of {node}" if node else definition.measure.value


def _levels(definition: "LimitDefinition | None") -> tuple[float | None, float | None]:
    return (None, None) if definition is None else (definition.soft, definition.hard)


def _level(definition: "LimitDefinition | None", number: float | None) -> str:
    if number is None or definition is None:
        return "—"
    return f"{number:.2%}" if definition.unit == "fraction" else f"{number:,.0f}"


def _percent(number: float | None) -> str:
    return "—" if number is None else f"{number:.0%}"


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _tell(made: "Limit | LimitProposal", json: bool, text: str) -> None:
    write_text((made.model_dump_json() if json else text) + "\n")
