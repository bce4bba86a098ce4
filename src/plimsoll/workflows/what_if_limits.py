"""What a basket of trades does to the limits of the portfolio."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import breaches
from plimsoll.data.store.breaches import BreachSeverity
from plimsoll.data.store.limits import LimitVersion
from plimsoll.data.store.runs import RunRecord
from plimsoll.risk.cube import Cube
from plimsoll.risk.limits import Limit, LimitMeasure, LimitState, State, evaluate
from plimsoll.risk.portfolio import Position
from plimsoll.workflows.figures import Tail
from plimsoll.workflows.limit_checks import active_limits, applies
from plimsoll.workflows.limit_figures import LimitFigures

__all__ = ["KnownLimits", "LimitImpact", "known_limits", "limit_impacts"]

_STATES = {BreachSeverity.SOFT: State.WARNING, BreachSeverity.HARD: State.BREACHED}


@dataclass(frozen=True, slots=True)
class KnownLimits:
    """What trades are held against.

    Parameters
    ----------
    versions
        In force, and measured by the run.
    states
        The last known state of each, by limit; ok where it is left out.
    """

    versions: tuple[LimitVersion, ...]
    states: Mapping[UUID, State]

    @property
    def sha256(self) -> str:
        """A hash that changes with any of the limits and with how the book stands to them."""
        states = sorted((str(limit), state.value) for limit, state in self.states.items())
        return hashlib.sha256(repr((self.versions, states)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class LimitImpact:
    """A limit before and after trades.

    Parameters
    ----------
    limit_id, name, limit
        The limit.
    before, after
        How the book stands to it.
    """

    limit_id: UUID
    name: str
    limit: Limit
    before: LimitState
    after: LimitState


async def known_limits(session: AsyncSession, run: RunRecord) -> KnownLimits:
    """Return what trades against a run are held against.

    Limits on the P&L of the day are not among them: a trade made now has no part in it.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    run
        The run.
    """
    versions = [
        version
        for version in await active_limits(session, run.portfolio_id, as_of=run.as_of)
        if version.limit is not None
        and applies(version.limit, run)
        and version.limit.measure is not LimitMeasure.DAY_PNL
    ]
    live = await breaches.live(session, [version.limit_id for version in versions]) if versions else {}
    states = {limit_id: _STATES[breach.severity] for limit_id, breach in live.items()}
    return KnownLimits(tuple(versions), states)


def limit_impacts(
    known: KnownLimits,
    cube: Cube,
    traded: Cube,
    tail: Tail,
    *,
    unvalued: Sequence[Position | str] = (),
    untraded: Sequence[Position | str] = (),
) -> tuple[LimitImpact, ...]:
    """Return how a book stands to its limits before and after trades.

    Parameters
    ----------
    known
        The limits.
    cube, traded
        P&L of the book, and of the trades, over the same scenarios.
    tail
        How VaR and ES are measured.
    unvalued, untraded
        What of the book, and of the trades, could not be valued.
    """
    if not known.versions:
        return ()
    before = LimitFigures(cube, tail, tuple(unvalued))
    after = LimitFigures(_netted(cube, traded), tail, (*unvalued, *untraded))
    impacts = []
    for version in known.versions:
        if version.limit is not None:
            last = known.states.get(version.limit_id, State.OK)
            one = evaluate(version.limit, before.measured(version.limit), last)
            other = evaluate(version.limit, after.measured(version.limit), one.state)
            impacts.append(LimitImpact(version.limit_id, version.name, version.limit, one, other))
    return tuple(impacts)


def _netted(cube: Cube, traded: Cube) -> Cube:
    """Return the book with the trades in it: a sale makes a position smaller, not the book larger."""
    place = {_what(position): k for k, position in reversed(list(enumerate(cube.positions)))}
    positions = list(cube.positions)
    values, pnl = cube.values.copy(), cube.pnl.astype(np.float64)
    fresh = []
    for k, position in enumerate(traded.positions):
        held = place.get(_what(position))
        if held is None:
            fresh.append(k)
            continue
        quantity = positions[held].quantity + position.quantity
        positions[held] = replace(positions[held], quantity=quantity)
        values[held] += traded.values[k]
        pnl[held] += traded.pnl[k]
    return replace(
        cube,
        positions=(*positions, *(traded.positions[k] for k in fresh)),
        values=np.concatenate([values, traded.values[fresh]]),
        prices=np.concatenate([cube.prices, traded.prices[fresh]]),
        pnl=np.concatenate([pnl, traded.pnl[fresh]]),
    )


def _what(position: Position) -> tuple[object, ...]:
    labels = tuple(sorted(position.attributes.items()))
    return position.instrument, position.price, labels
