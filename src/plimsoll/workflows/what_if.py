"""What-if: a basket of trades against the standing cube of a run."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from plimsoll.data.store.database import Database
from plimsoll.errors import UsageError
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.attribution import components
from plimsoll.risk.cube import Cube
from plimsoll.risk.failures import Failure
from plimsoll.risk.portfolio import Instrument, Portfolio, Position
from plimsoll.workflows.background import in_background
from plimsoll.workflows.figures import RiskFigures, Tail
from plimsoll.workflows.finished_runs import FinishedRun, finished_run, ground_of
from plimsoll.workflows.ground import Ground, with_factors_of
from plimsoll.workflows.inputs import state_currencies
from plimsoll.workflows.limit_figures import unvalued
from plimsoll.workflows.revaluation import cube_of, explained
from plimsoll.workflows.what_if_limits import KnownLimits, LimitImpact, known_limits, limit_impacts

__all__ = ["Trade", "TradeRisk", "WhatIf", "limits_of_run", "what_if", "what_if_on"]

Trade = Position | tuple[str, float]

_FEW = 10
_SMALL = 2**20  # P&L numbers of a book


@dataclass(frozen=True, slots=True)
class TradeRisk:
    """What one trade brings; money in base currency unless it says otherwise.

    Parameters
    ----------
    symbol, quantity
        As asked.
    price
        Per unit, in the currency of the instrument.
    value
        Signed.
    component_var, component_es
        Its part of VaR and ES after all trades; negative where it takes risk away.
    """

    symbol: str
    quantity: float
    price: float
    value: float
    component_var: float
    component_es: float


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A book before and after a basket of trades.

    Parameters
    ----------
    base_currency
        Of all money.
    before, after
        Figures of the book.
    trades
        Those that could be valued, in the order given; they are in `after`.
    failures
        The others; they are in no number.
    assumptions
        What the values of the trades take for granted.
    traded
        P&L vectors of `trades`; None where nobody asks for them any more.
    limits
        How the book stands to the limits of its portfolio, before and after.
    """

    base_currency: str
    before: RiskFigures
    after: RiskFigures
    trades: tuple[TradeRisk, ...]
    failures: tuple[Failure, ...]
    assumptions: tuple[Assumption, ...]
    traded: Cube | None = field(default=None, repr=False, compare=False)
    limits: tuple[LimitImpact, ...] = ()

    @property
    def value_change(self) -> float:
        """Value after less before."""
        return self.after.value - self.before.value

    @property
    def var_change(self) -> float:
        """VaR after less before; negative where the trades take risk away."""
        return self.after.var.value - self.before.var.value

    @property
    def es_change(self) -> float:
        """ES after less before; negative where the trades take risk away."""
        return self.after.es.value - self.before.es.value


async def limits_of_run(database: Database, tenant: UUID, run: UUID) -> KnownLimits:
    """Return what trades against a stored run are held against at this moment.

    Raises
    ------
    NotFoundError
        If the tenant has no such run.
    """
    stored = await finished_run(database, tenant, run)
    async with database.session(tenant) as session:
        return await known_limits(session, stored.record)


async def what_if(
    database: Database,
    tenant: UUID,
    run: UUID,
    trades: Sequence[Trade],
    *,
    known: KnownLimits | None = None,
) -> WhatIf:
    """Return what a basket of trades would do to the book of a stored run.

    Parameters
    ----------
    database, tenant
        Where the run is, and whose it is.
    run
        Its id.
    trades
        As for :func:`what_if_on`.
    known
        From :func:`limits_of_run`; None for those of now.

    Raises
    ------
    NotFoundError
        If the tenant has no such run.
    ConflictError
        If this version of Plimsoll no longer makes the scenarios of the run.
    UsageError
        If a trade does not say enough.
    """
    stored = await finished_run(database, tenant, run)
    ground = await ground_of(database, tenant, stored)
    known = known or await limits_of_run(database, tenant, run)
    if _is_quick(stored, ground, known, trades):
        return _with_limits(stored, ground, known, trades)
    return await in_background(_with_limits, stored, ground, known, trades)


def _is_quick(stored: FinishedRun, ground: Ground, known: KnownLimits, trades: Sequence[Trade]) -> bool:
    """Return whether trades are valued within a few milliseconds: then a thread would only be in the way."""
    if known.versions or len(trades) > _FEW or stored.cube.pnl.size > _SMALL:
        return False
    factors = {factor.name for factor in ground.market.history.factors}
    symbols = {trade[0] if isinstance(trade, tuple) else trade.instrument.symbol for trade in trades}
    return symbols <= factors


def _with_limits(stored: FinishedRun, ground: Ground, known: KnownLimits, trades: Sequence[Trade]) -> WhatIf:
    found = what_if_on(ground, stored.cube, stored.tail, trades, before=stored.figures, total=stored.total)
    if found.traded is None or not known.versions:
        return found
    impacts = limit_impacts(
        known,
        stored.cube,
        found.traded,
        stored.tail,
        unvalued=unvalued(stored.unvalued, ground.portfolio),
        untraded=[failure.item for failure in found.failures],
    )
    return replace(found, limits=impacts)


def what_if_on(
    ground: Ground,
    cube: Cube,
    tail: Tail,
    trades: Sequence[Trade],
    *,
    before: RiskFigures | None = None,
    total: NDArray[np.float64] | None = None,
) -> WhatIf:
    """Return what a basket of trades would do to a book.

    The vectors of the book stay as they are; only the trades are valued, in the scenarios of the book.

    Parameters
    ----------
    ground
        What the cube was made from.
    cube
        P&L vectors of the book, at least one.
    tail
        How VaR and ES are measured.
    trades
        Positions to add, negative to sell, or pairs of symbol and quantity. One that states nothing but
        symbol and quantity is in the instrument that the book holds under this symbol, at the same stated
        price, if any; else in a share at the market's price.
    before
        Figures of the book where they are known already; None to measure them.
    total
        Shape (S,), P&L of the book where it is summed already; None to sum it.

    Raises
    ------
    UsageError
        If the book holds several instruments under a symbol and a trade does not say which.
    """
    asked = Portfolio("trades", tuple(_position(trade, ground.portfolio) for trade in trades))
    currency = ground.request.base_currency
    basket, disagreements, stated = state_currencies(asked, ground.prices, currency)
    wider = with_factors_of(basket, ground)
    traded = cube_of(basket, wider.market, wider.scenarios, ground.request)
    before = before or RiskFigures.of(cube, tail)
    after = tail.lined_up((cube.total() if total is None else total) + traded.total())
    component_var = components(traded.pnl, tail.var_weights(after))
    component_es = components(traded.pnl, tail.es_weights(after))
    return WhatIf(
        base_currency=currency,
        before=before,
        after=RiskFigures(before.value + float(traded.values.sum()), tail.var(after), tail.es(after)),
        trades=tuple(
            TradeRisk(
                symbol=position.instrument.symbol,
                quantity=position.quantity,
                price=float(traded.prices[k]),
                value=float(traded.values[k]),
                component_var=float(component_var[k]),
                component_es=float(component_es[k]),
            )
            for k, position in enumerate(traded.positions)
        ),
        failures=(*disagreements, *explained(traded.failures, basket, wider.market, currency)),
        assumptions=(*stated, *wider.notes, *traded.assumptions),
        traded=traded,
    )


def _position(trade: Trade, book: Portfolio) -> Position:
    """Return the position that a trade adds, in the instrument of the book where it names no other."""
    if isinstance(trade, tuple):
        symbol, quantity = trade
        trade = Position(instrument=Instrument(symbol=symbol, currency=""), quantity=quantity)
    symbol = trade.instrument.symbol
    if trade.instrument != Instrument(symbol=symbol, currency="") or trade.price is not None:
        return trade
    same = [one for one in book.positions if one.instrument.symbol == symbol]
    held = {(one.instrument, one.price) for one in same}
    if len(held) > 1:
        raise UsageError(
            f"the book holds {symbol} as {len(held)} different instruments or at different prices",
            remedy="Say which: give the trade its kind, currency and price.",
        )
    for instrument, price in held:
        return replace(trade, instrument=instrument, price=price, attributes=_labels(trade, same))
    return trade


def _labels(trade: Position, same: Sequence[Position]) -> dict[str, str]:
    """Return the labels of a trade: its own, and those that all positions in its symbol share."""
    held = [one.attributes for one in same]
    shared = {name: label for name, label in held[0].items() if all(one.get(name) == label for one in held)}
    return shared | dict(trade.attributes)
