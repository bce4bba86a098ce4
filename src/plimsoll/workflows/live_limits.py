"""Limits of a live portfolio: held against every update, told at most once for each change of state."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np

from plimsoll.data.store import breaches
from plimsoll.data.store.breaches import BreachSeverity
from plimsoll.data.store.database import Database
from plimsoll.data.store.limits import LimitVersion
from plimsoll.risk.cube import Cube
from plimsoll.risk.limits import LimitMeasure, LimitState, State, evaluate
from plimsoll.workflows.finished_runs import FinishedRun, finished_run
from plimsoll.workflows.limit_checks import active_limits, applies, check_live
from plimsoll.workflows.limit_figures import LimitFigures
from plimsoll.workflows.live import LivePortfolio

__all__ = ["LiveLimit", "LiveLimits"]

_STATES = {BreachSeverity.SOFT: State.WARNING, BreachSeverity.HARD: State.BREACHED}


@dataclass(frozen=True, slots=True)
class LiveLimit:
    """How a live portfolio stands to one of its limits.

    Parameters
    ----------
    limit_id, name
        Which one.
    measure
        What it limits.
    state
        See `plimsoll.risk.limits.evaluate`.
    """

    limit_id: UUID
    name: str
    measure: LimitMeasure
    state: LimitState


class LiveLimits:
    """The limits of one live portfolio, and what was told of them last.

    A limit on the P&L of a day is left to the runs: a live book knows what was gained since its run.
    """

    def __init__(self) -> None:
        self._finished: FinishedRun | None = None
        self._versions: tuple[LimitVersion, ...] = ()
        self._states: dict[UUID, LimitState] = {}
        self._told: dict[UUID, State] = {}

    async def look(self, database: Database, tenant: UUID, portfolio_id: UUID, run: UUID) -> bool:
        """Find out which limits are in force and how they stand; return whether that is news.

        Parameters
        ----------
        database, tenant
            Where, and whose.
        portfolio_id, run
            The portfolio, and the run that its live book stands on.
        """
        finished = await finished_run(database, tenant, run)
        async with database.session(tenant) as session:
            found = await active_limits(session, portfolio_id)
            versions = tuple(one for one in found if _is_live(one, finished))
            new = {one.limit_id for one in versions} - self._told.keys()
            standing = await breaches.live(session, sorted(new)) if new else {}
        for limit_id in new:
            breach = standing.get(limit_id)
            self._told[limit_id] = State.OK if breach is None else _STATES[breach.severity]
        news = versions != self._versions or self._finished is None
        self._finished, self._versions = finished, versions
        return news

    def held_against(self, live: LivePortfolio) -> tuple[LiveLimit, ...]:
        """Return how the book stands to its limits, at the levels of its last update.

        Parameters
        ----------
        live
            The book; nobody ticks it meanwhile.
        """
        finished, versions = self._finished, self._versions
        if finished is None or not versions:
            return ()
        left_out = tuple(failure.item for failure in finished.cube.failures)
        figures = LimitFigures(_cube_of(live), finished.tail, left_out)
        found = []
        for version in versions:
            if version.limit is not None:
                before = self._states.get(version.limit_id)
                known = self._told.get(version.limit_id, State.OK) if before is None else before.state
                state = evaluate(version.limit, figures.measured(version.limit), known)
                found.append(LiveLimit(version.limit_id, version.name, version.limit.measure, state))
        self._states = {one.limit_id: one.state for one in found}
        return tuple(found)

    async def tell(self, database: Database, tenant: UUID) -> None:
        """Open, change or close the breaches of limits whose state is not the one that was told last."""
        states = self._news()
        if not states or self._finished is None:
            return
        async with database.session(tenant) as session:
            await check_live(session, self._finished.record, states)
        self._told |= {limit_id: state.state for limit_id, state in states.items()}

    def _news(self) -> dict[UUID, LimitState]:
        """Return the states that nobody has been told of; what is unknown is no news of risk."""
        return {
            limit_id: state
            for limit_id, state in self._states.items()
            if state.state is not State.UNKNOWN and state.state is not self._told.get(limit_id, State.OK)
        }


def _is_live(version: LimitVersion, finished: FinishedRun) -> bool:
    limit = version.limit
    return limit is not None and limit.measure is not LimitMeasure.DAY_PNL and applies(limit, finished.record)


def _cube_of(live: LivePortfolio) -> Cube:
    """Return the vectors of now as a cube of their own: a cube is sealed, a live book is not."""
    book = live.book
    values = book.values
    return Cube(
        positions=book.portfolio.positions,
        values=values,
        prices=np.full(len(values), np.nan),
        pnl=book.pnl,
        scenarios=book.scenarios,
    )
