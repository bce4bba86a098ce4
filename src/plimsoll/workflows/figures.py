"""The figures of a report, read off one cube."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from plimsoll.data.history import HistoryResult
from plimsoll.reporting.report import NodeRisk, PositionRisk, WorstScenario
from plimsoll.risk.attribution import components, incremental, marginal
from plimsoll.risk.cube import Cube, Nodes
from plimsoll.risk.estimators import EsEstimator, VarEstimator, es_weights, tail_measures, var_weights
from plimsoll.risk.market import Quality
from plimsoll.risk.measures import Estimate, expected_shortfall, value_at_risk, volatility, worst
from plimsoll.risk.portfolio import Position
from plimsoll.risk.scenarios.scenario_set import ScenarioSet
from plimsoll.risk.worst_first import WorstFirst, worst_first
from plimsoll.workflows.inputs import factor_names, price_factor
from plimsoll.workflows.request import Method, ReportRequest

__all__ = ["Figures", "RiskFigures", "Tail", "node_risks", "weakest_qualities"]

_WORST_SCENARIOS = 5
_LARGEST_LOSERS = 3


@dataclass(frozen=True)
class Tail:
    """VaR and ES as one report measures them.

    Parameters
    ----------
    request
        Confidence, horizon and estimators; the parametric method has the normal ones.
    probabilities
        Shape (S,), of the scenarios; None where they are equal.
    observations
        Independent observations behind them.
    """

    request: ReportRequest
    probabilities: NDArray[np.float64] | None
    observations: float

    @classmethod
    def of(cls, request: ReportRequest, scenarios: ScenarioSet) -> "Tail":
        """Return how `request` measures a vector over `scenarios`."""
        equal = bool(np.ptp(scenarios.weights) == 0)
        return cls(request, None if equal else scenarios.weights, scenarios.observations)

    @cached_property
    def estimators(self) -> tuple[VarEstimator, EsEstimator]:
        """Those of VaR and ES."""
        return self.request.estimators

    def lined_up(self, pnl: NDArray[np.float64] | WorstFirst) -> WorstFirst:
        """Return a vector over the scenarios from the worst to the best: sorted once for all its measures."""
        return pnl if isinstance(pnl, WorstFirst) else worst_first(pnl, self.probabilities)

    def var_weights(self, pnl: NDArray[np.float64] | WorstFirst) -> NDArray[np.float64]:
        """Return the scenario weights of VaR, shape (S,)."""
        return var_weights(self.lined_up(pnl), self.request.confidence, estimator=self.estimators[0])

    def es_weights(self, pnl: NDArray[np.float64] | WorstFirst) -> NDArray[np.float64]:
        """Return the scenario weights of ES, shape (S,)."""
        return es_weights(self.lined_up(pnl), self.request.confidence, estimator=self.estimators[1])

    def measures(self, rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return VaR and ES of many vectors, each of shape (N,)."""
        var, es = self.estimators
        return tail_measures(
            rows,
            self.request.confidence,
            probabilities=self.probabilities,
            var_estimator=var,
            es_estimator=es,
        )

    def var(self, pnl: NDArray[np.float64] | WorstFirst) -> Estimate:
        """Return VaR with its interval."""
        return value_at_risk(
            self.lined_up(pnl),
            self.request.confidence,
            estimator=self.estimators[0],
            horizon_days=self.request.horizon_days,
            observations=self.observations,
        )

    def es(self, pnl: NDArray[np.float64] | WorstFirst) -> Estimate:
        """Return ES with its interval."""
        return expected_shortfall(
            self.lined_up(pnl),
            self.request.confidence,
            estimator=self.estimators[1],
            horizon_days=self.request.horizon_days,
            observations=self.observations,
        )


@dataclass(frozen=True, slots=True)
class RiskFigures:
    """Value, VaR and ES of a book in base currency; a loss is positive in the last two.

    Parameters
    ----------
    value
        Net.
    var, es
        With their intervals.
    """

    value: float
    var: Estimate
    es: Estimate

    @classmethod
    def of(cls, cube: Cube, tail: Tail) -> "RiskFigures":
        """Return those of all positions of a cube."""
        total = tail.lined_up(cube.total())
        return cls(float(cube.values.sum()), tail.var(total), tail.es(total))


@dataclass(frozen=True)
class Figures:
    """What a report says about a cube of at least one position.

    Parameters
    ----------
    cube
        P&L vectors of the book.
    market
        The market behind them, for the quality of each position.
    tail
        How VaR and ES are measured.
    base_currency
        Of all money.
    """

    cube: Cube
    market: HistoryResult
    tail: Tail
    base_currency: str

    @cached_property
    def total(self) -> NDArray[np.float64]:
        """P&L of the book, shape (S,)."""
        return self.cube.total()

    @cached_property
    def var(self) -> Estimate:
        """VaR of the book."""
        return self.tail.var(self._lined_up)

    @cached_property
    def es(self) -> Estimate:
        """ES of the book."""
        return self.tail.es(self._lined_up)

    @property
    def volatility(self) -> float:
        """Standard deviation of the P&L over the horizon; the parametric method has its own, about zero."""
        chances = self.cube.scenarios.weights
        if self.tail.request.method is Method.PARAMETRIC:
            return float(np.sqrt(np.sum(chances * self.total**2)))
        return volatility(self.total, chances)

    def nodes(self, attribute: str) -> tuple[NodeRisk, ...]:
        """Return the slices of the book by `attribute`, the largest contribution to ES first."""
        found = self.cube.nodes([attribute])
        nodes = node_risks(found, found.at(1), self.total, self.tail)
        return tuple(sorted(nodes, key=lambda node: (-node.component_es, node.name)))

    @cached_property
    def positions(self) -> tuple[PositionRisk, ...]:
        """Every valued position, the largest contribution to ES first."""
        cube = self.cube
        rows = np.asarray(cube.pnl, dtype=np.float64)
        component_var, component_es = self._components(rows)
        alone_var, alone_es = self.tail.measures(rows)
        gross = float(np.abs(cube.values).sum())
        marginal_var, marginal_es = marginal(component_var, cube.values), marginal(component_es, cube.values)
        dates = {name: quote.observed_on for name, quote in self.market.snapshot.quotes.items()}
        risks = [
            PositionRisk(
                symbol=position.instrument.symbol,
                name=position.instrument.name,
                kind=position.instrument.kind.value,
                currency=position.instrument.currency,
                quantity=position.quantity,
                price=float(cube.prices[k]),
                price_date=dates.get(price_factor(position) or "") if position.price is None else None,
                quality=self.quality(position).name.lower(),
                value=float(cube.values[k]),
                weight=float(cube.values[k]) / gross if gross else 0.0,
                var=float(alone_var[k]),
                es=float(alone_es[k]),
                component_var=float(component_var[k]),
                component_es=float(component_es[k]),
                marginal_var=marginal_var[k],
                marginal_es=marginal_es[k],
                attributes=position.attributes,
                row=position.row,
            )
            for k, position in enumerate(cube.positions)
        ]
        return tuple(sorted(risks, key=lambda risk: (-risk.component_es, risk.symbol, risk.row or 0)))

    def worst_scenarios(self) -> tuple[WorstScenario, ...]:
        """Return the largest losses of the book and the positions that lost most in each."""
        return tuple(self._scenario(int(index)) for index in worst(self.total, _WORST_SCENARIOS))

    def quality(self, position: Position) -> Quality:
        """Return the weakest quality behind a position's vector."""
        names = factor_names(position, self.base_currency)
        known = [self._qualities[name] for name in names if name in self._qualities]
        return max(known, default=Quality.OBSERVED)

    @cached_property
    def _lined_up(self) -> WorstFirst:
        return self.tail.lined_up(self.total)

    @cached_property
    def _qualities(self) -> dict[str, Quality]:
        return weakest_qualities(self.market)

    def proxied_share(self) -> float:
        """Return the fraction of absolute component ES that rests on data that was not observed.

        Each position counts with the fraction of its factors' points that are filled, proxied or stale.
        """
        weak = np.asarray(self.market.history.quality) != Quality.OBSERVED
        fractions = dict(
            zip((factor.name for factor in self.market.history.factors), weak.mean(axis=0), strict=True)
        )
        _, component_es = self._components(self.cube.pnl)
        leaning = [
            max(
                (float(fractions.get(name, 0.0)) for name in factor_names(position, self.base_currency)),
                default=0.0,
            )
            for position in self.cube.positions
        ]
        whole = float(np.abs(component_es).sum())
        return float(np.abs(component_es) @ np.array(leaning)) / whole if whole else 0.0

    def _scenario(self, index: int) -> WorstScenario:
        column = np.asarray(self.cube.pnl[:, index], dtype=np.float64)
        losers = [int(k) for k in np.argsort(column, kind="stable")[:_LARGEST_LOSERS] if column[k] < 0]
        return WorstScenario(
            label=self.cube.scenarios.labels[index],
            pnl=float(self.total[index]),
            probability=float(self.cube.scenarios.weights[index]),
            largest=tuple((self.cube.positions[k].instrument.symbol, float(column[k])) for k in losers),
        )

    def _components(self, rows: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        weights = self.tail.var_weights(self._lined_up), self.tail.es_weights(self._lined_up)
        return components(rows, weights[0]), components(rows, weights[1])


def node_risks(
    nodes: Nodes, chosen: Sequence[int], total: NDArray[np.float64], tail: Tail
) -> tuple[NodeRisk, ...]:
    """Return the risk of some slices of a book.

    Parameters
    ----------
    nodes
        Slices of the cube of the book.
    chosen
        Which of them, by index.
    total
        Shape (S,), P&L of the whole book, gain positive: what contributions and incremental figures refer to.
    tail
        How VaR and ES are measured.

    Returns
    -------
    tuple of NodeRisk
        In the order of `chosen`.
    """
    pnl = nodes.pnl[list(chosen)]
    whole = tail.lined_up(total)
    component_var = components(pnl, tail.var_weights(whole))
    component_es = components(pnl, tail.es_weights(whole))
    incremental_var, incremental_es = incremental(pnl, total, tail.measures)
    return tuple(
        NodeRisk(
            name=nodes.names[index],
            value=float(nodes.values[index]),
            positions=nodes.counts[index],
            var=tail.var(row),
            es=tail.es(row),
            component_var=float(component_var[k]),
            component_es=float(component_es[k]),
            incremental_var=float(incremental_var[k]),
            incremental_es=float(incremental_es[k]),
        )
        for k, (index, row) in enumerate(zip(chosen, map(tail.lined_up, pnl), strict=True))
    )


def weakest_qualities(market: HistoryResult) -> dict[str, Quality]:
    """Return the weakest quality of each factor over the window.

    A stale run inside the window is past; a stale price of today counts most.
    """
    quality = market.history.quality
    weakest = np.full(quality.shape[1], Quality.OBSERVED, np.uint8)
    for code in (Quality.FILLED, Quality.PROXIED):
        weakest[(quality == code).any(axis=0)] = code
    found = {}
    for factor, weak in zip(market.history.factors, weakest.tolist(), strict=True):
        stale = market.snapshot.quotes[factor.name].quality is Quality.STALE
        found[factor.name] = Quality.STALE if stale else Quality(weak)
    return found
