"""Runs calculated again from what is stored, and runs compared with each other."""

import json
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import holdings, runs
from plimsoll.data.store.database import Database
from plimsoll.data.store.runs import RunRecord
from plimsoll.errors import ConflictError
from plimsoll.reporting.html import to_html
from plimsoll.reporting.json_document import to_json
from plimsoll.risk.portfolio import Position
from plimsoll.workflows.background import in_background
from plimsoll.workflows.comparison import (
    Change,
    PositionChange,
    cube_differences,
    document_differences,
    option_changes,
    position_changes,
)
from plimsoll.workflows.cube_store import from_bytes
from plimsoll.workflows.finished_runs import RunInputs, read_inputs
from plimsoll.workflows.risk_report import Calculation, calculate

__all__ = ["Replay", "RunDiff", "diff", "replay", "report_page"]


@dataclass(frozen=True, slots=True)
class Replay:
    """A run calculated again.

    Parameters
    ----------
    identical
        Whether document and vectors are the same in every bit; only the code may have another version.
    differences
        Where they are not, in words.
    """

    identical: bool
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunDiff:
    """What differs between two runs, and by how much the result moved.

    Parameters
    ----------
    changed
        Of ``positions``, ``market``, ``configuration``, ``code`` and ``seed`` those that differ. The market
        differs where other prices went in, not where the same prices were seen by other positions or options.
    value, var, es
        Of the book.
    options
        Options that differ, the seed among them, by name: before and after.
    added, removed, altered
        Positions that only the second run has, only the first, and both but differently.
    """

    changed: tuple[str, ...]
    value: Change
    var: Change
    es: Change
    options: dict[str, tuple[Any, Any]]
    added: tuple[PositionChange, ...]
    removed: tuple[PositionChange, ...]
    altered: tuple[PositionChange, ...]


async def replay(database: Database, tenant: UUID, run: UUID) -> Replay:
    """Calculate a run again from its stored positions, prices and options, and compare every bit.

    Parameters
    ----------
    database, tenant
        Where the run is, and whose it is.
    run
        Its id.

    Raises
    ------
    NotFoundError
        If the tenant has no such run.
    """
    async with database.session(tenant) as session:
        inputs = await read_inputs(session, run)
        vectors = await runs.vectors(session, run)
    differences = await in_background(_differences, inputs, vectors)
    return Replay(not differences, differences)


async def report_page(database: Database, tenant: UUID, run: UUID) -> str:
    """Return the report of a run as one HTML page, made again from what is stored.

    Raises
    ------
    NotFoundError
        If the tenant has no such run.
    ConflictError
        If this version of Plimsoll gives other figures than the run: the page must not contradict them.
    """
    async with database.session(tenant) as session:
        inputs = await read_inputs(session, run)
    return await in_background(_page, inputs)


async def diff(database: Database, tenant: UUID, before: UUID, after: UUID) -> RunDiff:
    """Return what differs between two runs of a tenant.

    Parameters
    ----------
    database, tenant
        Where the runs are, and whose they are.
    before, after
        Their ids.

    Raises
    ------
    NotFoundError
        If the tenant has no such run.
    """
    async with database.session(tenant) as session:
        return _diff(await _side(session, before), await _side(session, after))


@dataclass(frozen=True)
class _Side:
    record: RunRecord
    hashes: dict[str, Any]
    positions: tuple[Position, ...]


async def _side(session: AsyncSession, run: UUID) -> _Side:
    record = await runs.get(session, run)
    document = json.loads(await runs.report(session, run))
    held = await holdings.get(session, record.holdings_id)
    return _Side(record, document["run"], held.portfolio.portfolio.positions)


def _diff(before: _Side, after: _Side) -> RunDiff:
    one, other = before.record, after.record
    options = option_changes(one.request, other.request)
    same_prices = one.price_set_id == other.price_set_id
    changes = position_changes(before.positions, after.positions)
    differing = {
        "positions": bool(changes),
        "market": not same_prices and before.hashes["market"] != after.hashes["market"],
        "configuration": bool(options.keys() - {"seed"}),
        "code": before.hashes["code"] != after.hashes["code"],
        "seed": "seed" in options,
    }
    comparable = one.base_currency == other.base_currency
    return RunDiff(
        changed=tuple(name for name, differs in differing.items() if differs),
        value=_change(one.value, other.value, comparable=comparable),
        var=_change(one.var, other.var, comparable=comparable),
        es=_change(one.es, other.es, comparable=comparable),
        options=options,
        added=tuple(change for change in changes if change.before is None),
        removed=tuple(change for change in changes if change.after is None),
        altered=tuple(change for change in changes if change.before and change.after),
    )


def _change(before: float, after: float, *, comparable: bool) -> Change:
    return Change(before, after, after - before if comparable else None)


def _again(inputs: RunInputs) -> Calculation:
    """Calculate a run again, under the identity that its code gave it."""
    calculation = calculate(inputs.imported, inputs.prices, inputs.request)
    stored = json.loads(inputs.report)
    identity = replace(calculation.report.run, run_id=stored["run_id"], code=stored["run"]["code"])
    return replace(calculation, report=replace(calculation.report, run=identity))


def _differences(inputs: RunInputs, vectors: bytes) -> tuple[str, ...]:
    again = _again(inputs)
    return (
        *document_differences(inputs.report, to_json(again.report).encode()),
        *cube_differences(from_bytes(vectors), again.cube),
    )


def _page(inputs: RunInputs) -> str:
    again = _again(inputs)
    if document_differences(inputs.report, to_json(again.report).encode()):
        raise ConflictError(
            f"the run was made by Plimsoll {again.report.run.code}, and this version gives other figures",
            remedy="Read the JSON document, or start the run again.",
        )
    return to_html(again.report)
