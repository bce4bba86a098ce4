"""Finished runs read back from the store, and kept in memory while they are asked about."""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.importers.portfolio_csv import ImportedPortfolio
from plimsoll.data.price_table import PriceTable
from plimsoll.data.store import holdings, price_sets, runs
from plimsoll.data.store.database import Database
from plimsoll.data.store.runs import RunRecord
from plimsoll.errors import ConflictError
from plimsoll.risk.cube import Cube
from plimsoll.workflows.background import in_background
from plimsoll.workflows.cube_store import from_bytes
from plimsoll.workflows.figures import RiskFigures, Tail
from plimsoll.workflows.ground import Ground, ground_from
from plimsoll.workflows.identity import code_version
from plimsoll.workflows.recent import Recent
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.request_document import from_document
from plimsoll.workflows.revaluation import cube_of

__all__ = ["FinishedRun", "RunInputs", "finished_run", "ground_of", "read_inputs"]


@dataclass(frozen=True)
class FinishedRun:
    """A stored run, ready to be asked.

    Parameters
    ----------
    record
        As stored.
    code
        The version of Plimsoll that made it.
    cube
        Its vectors; nothing can be valued with its scenarios.
    tail
        How it measured VaR and ES.
    unvalued
        Symbol (or text) and row of what could not be valued.
    """

    record: RunRecord
    code: str
    cube: Cube
    tail: Tail
    unvalued: tuple[tuple[str, int | None], ...] = ()

    @cached_property
    def total(self) -> NDArray[np.float64]:
        """P&L of the whole book, shape (S,), summed once."""
        return self.cube.total()

    @cached_property
    def figures(self) -> RiskFigures:
        """Value, VaR and ES of the whole book, measured once."""
        return RiskFigures.of(self.cube, self.tail)


@dataclass(frozen=True)
class RunInputs:
    """What a run was made of.

    Parameters
    ----------
    record
        As stored.
    report
        Its JSON document.
    imported, prices, request
        As they went in.
    """

    record: RunRecord
    report: bytes
    imported: ImportedPortfolio
    prices: PriceTable
    request: ReportRequest


# A run never changes, so that what was read of one stays right. Its tenant is part of the key.
_RUNS: Recent[tuple[UUID, UUID], FinishedRun] = Recent(256 * 2**20)
_GROUNDS: Recent[tuple[UUID, UUID], Ground] = Recent(256 * 2**20)


async def finished_run(database: Database, tenant: UUID, run: UUID) -> FinishedRun:
    """Return a stored run with its vectors.

    Raises
    ------
    NotFoundError
        If the tenant has no such run.
    DataError
        If its vectors were damaged.
    """
    kept = _RUNS.get((tenant, run))
    if kept is not None and not database.is_narrowed:
        return kept
    async with database.session(tenant) as session:
        record = await runs.get(session, run)
        if kept is not None:  # others see it; now it is known that this caller does
            return kept
        report, vectors = await runs.report(session, run), await runs.vectors(session, run)
    found = await in_background(_decoded, record, report, vectors)
    _RUNS.put((tenant, run), found, size=found.cube.pnl.nbytes)
    return found


async def ground_of(database: Database, tenant: UUID, finished: FinishedRun) -> Ground:
    """Return the market and the scenarios of a run, made again from what is stored.

    Raises
    ------
    ConflictError
        If this version of Plimsoll makes other scenarios than the run had.
    """
    key = tenant, finished.record.id
    kept = _GROUNDS.get(key)
    if kept is not None:
        return kept
    async with database.session(tenant) as session:
        inputs = await read_inputs(session, finished.record.id)
    ground = await in_background(_same_ground, inputs, finished)
    _GROUNDS.put(key, ground, size=ground.prices.prices.nbytes + ground.scenarios.shocks.nbytes)
    return ground


async def read_inputs(session: AsyncSession, run: UUID) -> RunInputs:
    """Return what a run was made of, under the name that the portfolio had then.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    run
        Its id.

    Raises
    ------
    NotFoundError
        If the tenant has no such run.
    """
    record = await runs.get(session, run)
    report = await runs.report(session, run)
    imported = (await holdings.get(session, record.holdings_id)).portfolio
    prices = await price_sets.load(session, record.price_set_id)
    named = replace(imported.portfolio, name=json.loads(report)["portfolio"])
    return RunInputs(
        record, report, replace(imported, portfolio=named), prices, from_document(record.request)
    )


def _decoded(record: RunRecord, report: bytes, vectors: bytes) -> FinishedRun:
    cube = from_bytes(vectors)
    tail = Tail.of(from_document(record.request), cube.scenarios)
    said = json.loads(report)
    unvalued = tuple((failure["item"], failure["row"]) for failure in said["failures"])
    return FinishedRun(record, said["run"]["code"], cube, tail, unvalued)


def _same_ground(inputs: RunInputs, finished: FinishedRun) -> Ground:
    """Return the ground of a run; one that other code made is checked by revaluing the book."""
    ground = ground_from(inputs.imported, inputs.prices, inputs.request)
    if finished.code != code_version():
        cube = cube_of(ground.portfolio, ground.market, ground.scenarios, inputs.request)
        if not np.array_equal(cube.pnl, finished.cube.pnl):
            raise ConflictError(
                f"the run was made by Plimsoll {finished.code}, whose scenarios this version does not make",
                remedy="Start the run again; replay says what has changed.",
            )
    return ground
