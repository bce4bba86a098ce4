"""The risk report as a document: every figure that any of its forms shows, already calculated."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from plimsoll.errors import UnavailableError
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.failures import Failure
from plimsoll.risk.measures import Estimate

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = [
    "Coverage",
    "NodeRisk",
    "PositionRisk",
    "RiskReport",
    "RunIdentity",
    "Table",
    "WorstScenario",
]


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """What a run was made of; equal parts give equal bytes.

    Parameters
    ----------
    run_id
        SHA-256 over all the other parts, in hex.
    positions, market, configuration
        SHA-256 of each input, in hex.
    code
        Version of Plimsoll and a hash of its source.
    seed
        Seed of the random numbers, used or not.
    """

    run_id: str
    positions: str
    market: str
    configuration: str
    code: str
    seed: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the book the numbers stand for.

    Parameters
    ----------
    positions, valued
        Rows that hold a position, and how many of them are in the numbers.
    proxied, stale
        How many of the valued ones lean on proxied history or on a stale price.
    failed_value
        Absolute value, in base currency, of the failed ones as far as it is known.
    failed_share
        `failed_value` as a fraction of gross value, failed ones included; None where the value of any failed
        position is unknown.
    """

    positions: int
    valued: int
    proxied: int
    stale: int
    failed_value: float
    failed_share: float | None


@dataclass(frozen=True, slots=True)
class NodeRisk:
    """Risk of one slice of the book; money in base currency, a loss is positive.

    Parameters
    ----------
    name, value, positions
        Label, net value and number of positions.
    var, es
        Stand-alone VaR and ES of the slice, with their intervals.
    component_var, component_es
        What the slice contributes; the components of an attribute add up to the total.
    incremental_var, incremental_es
        Total less the total without the slice, re-computed.
    """

    name: str
    value: float
    positions: int
    var: Estimate
    es: Estimate
    component_var: float
    component_es: float
    incremental_var: float
    incremental_es: float


@dataclass(frozen=True, slots=True)
class PositionRisk:
    """Risk of one position; money in base currency unless it says otherwise.

    Parameters
    ----------
    symbol, name, kind, currency, quantity, attributes, row
        As in the portfolio.
    price
        Price per unit in the instrument's currency.
    price_date
        Date of that price; None where the portfolio file gave it.
    quality
        ``observed``, ``filled``, ``proxied`` or ``stale``: the weakest point behind the numbers.
    value
        Signed value.
    weight
        Value as a fraction of the book's gross value.
    var, es
        Stand-alone VaR and ES.
    component_var, component_es
        Contributions; they add up to the total.
    marginal_var, marginal_es
        Change of the total per unit of value added; None where the value is zero.
    """

    symbol: str
    name: str
    kind: str
    currency: str
    quantity: float
    price: float
    price_date: dt.date | None
    quality: str
    value: float
    weight: float
    var: float
    es: float
    component_var: float
    component_es: float
    marginal_var: float | None
    marginal_es: float | None
    attributes: Mapping[str, str]
    row: int | None


@dataclass(frozen=True, slots=True)
class WorstScenario:
    """One of the largest losses.

    Parameters
    ----------
    label
        The dates that the scenario spans, or its number.
    pnl
        P&L of the book, gain positive.
    probability
        Weight of the scenario.
    largest
        Positions that lost most in it: symbol and P&L, worst first.
    """

    label: str
    pnl: float
    probability: float
    largest: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Table:
    """Rows that hand themselves over to a data-frame library.

    Parameters
    ----------
    columns
        Names, all different.
    rows
        One tuple for each row, in the order of the columns.

    Examples
    --------
    >>> Table(("name", "value"), (("A", 1.0),)).to_polars().shape
    (1, 2)
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def to_polars(self) -> "pl.DataFrame":
        """Return a polars frame with the same columns and rows."""
        import polars as pl

        return pl.DataFrame(
            list(self.rows), schema=list(self.columns), orient="row", infer_schema_length=None
        )

    def to_pandas(self) -> "pd.DataFrame":
        """Return a pandas frame.

        Raises
        ------
        UnavailableError
            If pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            remedy = "Install it: pip install 'plimsoll-risk[pandas]'; to_polars() needs nothing more."
            raise UnavailableError("pandas is not installed", remedy=remedy) from error
        return pd.DataFrame(list(self.rows), columns=list(self.columns))


@dataclass(frozen=True, eq=False)
class RiskReport:
    """All that the report of one portfolio on one date says.

    Parameters
    ----------
    portfolio, as_of, base_currency
        What, when and in which money.
    prices
        Where market data came from, in words.
    method
        Scenario method in words, with its window.
    confidence, horizon_days
        Of VaR and ES.
    value, gross_value
        Net and absolute sum of position values.
    var, es
        Of the whole book.
    volatility_daily
        Standard deviation of the book's P&L, scaled to one day by the square root of time.
    diversification_var, diversification_es
        Sum of stand-alone figures of the positions less the figure of the book.
    nodes
        By attribute, in the order they were asked for; each sorted by component ES, largest first.
    positions
        Sorted by component ES, largest first.
    worst_scenarios
        Largest losses, worst first.
    scenario_labels, pnl, weights
        The vector behind the numbers: S labels, P&L and probabilities, in the order of the scenario set.
    book_dates, book_values
        Value of today's holdings over the window, oldest first; shape (T,).
    failures, coverage, assumptions
        What is not in the numbers, how much that is, and what the rest takes for granted.
    proxied_share_es
        Fraction of absolute component ES that rests on proxied, filled or stale data.
    run
        Identity of the run.
    """

    portfolio: str
    as_of: dt.date
    base_currency: str
    prices: str
    method: str
    confidence: float
    horizon_days: int
    value: float
    gross_value: float
    var: Estimate
    es: Estimate
    volatility_daily: float
    diversification_var: float
    diversification_es: float
    nodes: Mapping[str, tuple[NodeRisk, ...]]
    positions: tuple[PositionRisk, ...]
    worst_scenarios: tuple[WorstScenario, ...]
    scenario_labels: tuple[str, ...]
    pnl: NDArray[np.float64]
    weights: NDArray[np.float64]
    book_dates: NDArray[np.datetime64]
    book_values: NDArray[np.float64]
    failures: tuple[Failure, ...]
    coverage: Coverage
    assumptions: tuple[Assumption, ...]
    proxied_share_es: float
    run: RunIdentity

    def __post_init__(self) -> None:
        """Seal the arrays and the nodes: a report is a record."""
        for array in (self.pnl, self.weights, self.book_dates, self.book_values):
            array.flags.writeable = False
        object.__setattr__(self, "nodes", MappingProxyType(dict(self.nodes)))
