"""How often a limit would have been reached: today's positions over the prices of the past, and past runs."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import portfolios, risk_history
from plimsoll.data.store.database import Database
from plimsoll.data.store.runs import RunRecord
from plimsoll.errors import ConflictError
from plimsoll.risk.attribution import components
from plimsoll.risk.limit_trials import TrialCount, try_series
from plimsoll.risk.limits import Limit, LimitMeasure, Unit
from plimsoll.risk.scenarios.path import past_levels
from plimsoll.workflows.background import in_background
from plimsoll.workflows.figures import Tail
from plimsoll.workflows.finished_runs import RunInputs, read_inputs
from plimsoll.workflows.ground import ground_from
from plimsoll.workflows.limit_figures import in_node
from plimsoll.workflows.request import Method
from plimsoll.workflows.revaluation import cube_of

__all__ = ["LimitTrial", "try_limit", "try_on"]

_KEPT = {
    LimitMeasure.VAR: "var",
    LimitMeasure.ES: "es",
    LimitMeasure.VALUE: "value",
    LimitMeasure.DAY_PNL: "day_pnl",
}
"""What is stored of each run without its vectors, of the whole book."""


@dataclass(frozen=True, slots=True)
class LimitTrial:
    """What a limit would have done.

    Parameters
    ----------
    run
        Whose positions, prices and options were taken.
    estimator
        What was measured, in words.
    dates
        D trading dates, ascending.
    values
        The measure on each, in the unit of the limit; NaN where it makes no sense.
    count
        On those dates.
    run_days, run_count
        The same for stored runs: how many dates have one, and what the limit would have done on them; None
        where they were not asked.
    """

    run: UUID
    estimator: str
    dates: tuple[dt.date, ...]
    values: NDArray[np.float64]
    count: TrialCount
    run_days: int = 0
    run_count: TrialCount | None = None


async def try_limit(
    database: Database, tenant: UUID, portfolio_id: UUID, limit: Limit, *, days: int = 250
) -> LimitTrial:
    """Return how often a limit would have been reached in the last trading days.

    Parameters
    ----------
    database, tenant
        Where, and whose.
    portfolio_id
        What is to be limited; its last run says with which positions, prices and options.
    limit
        The limit, in force or not.
    days
        Trading days to look back.

    Raises
    ------
    NotFoundError
        If there is no such portfolio.
    ConflictError
        If the portfolio has no run over the horizon of the limit.
    DataError
        If the history is too short for one scenario.
    """
    async with database.session(tenant) as session:
        await portfolios.get(session, portfolio_id)
        horizon = limit.horizon_days if limit.needs_scenarios else None
        run = await risk_history.newest(session, portfolio_id, horizon_days=horizon, method=limit.method)
        if run is None:
            remedy = "Start a run of the portfolio first."
            raise ConflictError("there is no run to try the limit on", remedy=remedy)
        inputs = await read_inputs(session, run.id)
    trial = await in_background(try_on, inputs, limit, days)
    async with database.session(tenant) as session:
        past = await _past_runs(session, run, limit, trial.dates)
    values = [getattr(one, _KEPT[limit.measure]) for one in past]
    if limit.unit is Unit.FRACTION:
        values = [
            None if value is None or one.value <= 0 else value / one.value
            for value, one in zip(values, past, strict=True)
        ]
    return replace(trial, run_days=len(values), run_count=try_series(limit, values))


def try_on(inputs: RunInputs, limit: Limit, days: int) -> LimitTrial:
    """Return how often a limit would have been reached, by the prices behind a run.

    Parameters
    ----------
    inputs
        Of the run.
    limit
        The limit.
    days
        Trading days to look back; fewer where the prices do not reach as far.

    Notes
    -----
    The positions are those of the run on every day: the answer is about the limit and the markets, not about
    trades of the past. Measures over scenarios are taken over the window of the run up to each day:
    historical simulation with equal weights at today's levels, whatever the method of the run. Values and
    shares are those of the positions at the prices of each day.
    """
    measured = _over_scenarios if limit.needs_scenarios else _by_day
    dates, values, estimator = measured(inputs, limit, days)
    known = [float(value) for value in values]
    return LimitTrial(inputs.record.id, estimator, dates, values, try_series(limit, known))


_Series = tuple[tuple[dt.date, ...], NDArray[np.float64], str]


def _over_scenarios(inputs: RunInputs, limit: Limit, days: int) -> _Series:
    window = inputs.request.days
    request = replace(
        inputs.request,
        method=Method.HISTORICAL,
        days=min(window + days - 1, 20_000),
        confidence=limit.confidence,
        horizon_days=limit.horizon_days,
        overlapping=True,
        decay=None,
    )
    ground = ground_from(inputs.imported, inputs.prices, request)
    cube = cube_of(ground.portfolio, ground.market, ground.scenarios, request)
    window = min(window, len(cube.scenarios))
    shape = np.lib.stride_tricks.sliding_window_view
    total = shape(cube.total(), window)[-days:]
    node = shape(cube.pnl[in_node(cube.positions, limit.node)].sum(axis=0, dtype=np.float64), window)[-days:]
    values = _measured(limit.measure, node, total, Tail.of(request, ground.scenarios))
    if limit.unit is Unit.FRACTION:
        values = _per(values, np.full(len(values), cube.values.sum()))
    text = f"{limit.measure} of today's positions over the {window} scenarios up to each day, by history"
    return _dates(ground.market.history.dates, len(values)), values, text


def _measured(
    measure: LimitMeasure, node: NDArray[np.float64], total: NDArray[np.float64], tail: Tail
) -> NDArray[np.float64]:
    """Return a measure over each window, shape (D,), from vectors of shape (D, W)."""
    place = 1 if measure.value.endswith("es") else 0
    match measure:
        case LimitMeasure.VOLATILITY:
            return np.asarray(node.std(axis=1, ddof=1))
        case LimitMeasure.WORST_LOSS:
            return np.asarray(0.0 - node.min(axis=1))
        case LimitMeasure.VAR | LimitMeasure.ES:
            return tail.measures(node)[place]
        case LimitMeasure.INCREMENTAL_VAR | LimitMeasure.INCREMENTAL_ES:
            return tail.measures(total)[place] - tail.measures(total - node)[place]
    weighing = tail.es_weights if place else tail.var_weights
    parts = [components(part[np.newaxis], weighing(whole)) for part, whole in zip(node, total, strict=True)]
    return np.concatenate(parts)


def _by_day(inputs: RunInputs, limit: Limit, days: int) -> _Series:
    request = replace(
        inputs.request,
        method=Method.HISTORICAL,
        days=max(days, 2),
        horizon_days=1,
        overlapping=True,
        decay=None,
    )
    ground = ground_from(inputs.imported, inputs.prices, request)
    history = ground.market.history
    cube = cube_of(ground.portfolio, ground.market, past_levels(history, ground.market.snapshot), request)
    values = cube.values[:, np.newaxis] + cube.pnl.astype(np.float64)
    rows, gross = in_node(cube.positions, limit.node), np.abs(values)
    whole = values.sum(axis=0)
    match limit.measure:
        case LimitMeasure.DAY_PNL:
            found, whole = np.diff(values[rows].sum(axis=0)), whole[:-1]
        case LimitMeasure.VALUE:
            found = values[rows].sum(axis=0)
        case LimitMeasure.LARGEST_SHARE:
            found = gross[rows].max(axis=0, initial=0.0)
        case _:
            found = gross[rows].sum(axis=0)
    if limit.measure.is_share:
        found = _per(found, gross.sum(axis=0))
    elif limit.unit is Unit.FRACTION:
        found = _per(found, whole)
    text = f"{limit.measure} of today's positions at the prices of each day"
    return _dates(history.dates, min(days, len(found))), found[-days:], text


def _per(values: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return fractions; NaN where the whole is no positive number."""
    return np.where(whole > 0, values / np.where(whole > 0, whole, 1.0), np.nan)


def _dates(dates: NDArray[np.datetime64], count: int) -> tuple[dt.date, ...]:
    return tuple(date.astype(dt.date) for date in dates[-count:])


async def _past_runs(
    session: AsyncSession, run: RunRecord, limit: Limit, dates: Sequence[dt.date]
) -> list[RunRecord]:
    """Return the runs of those dates that measured the same, where that is stored beside their vectors."""
    other = limit.measure.is_tail and run.request["confidence"] != limit.confidence
    if limit.measure not in _KEPT or limit.node or other or not dates:
        return []
    return await risk_history.days(
        session, run.portfolio_id, request=run.request, first=dates[0], last=dates[-1], limit=len(dates)
    )
