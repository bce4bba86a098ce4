"""From a table of prices to a complete market history of the factors that a book needs."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from plimsoll.data.fx import find_rate, pair_of
from plimsoll.data.gaps import complete
from plimsoll.data.history_notes import (
    dates_since_observation,
    notes_on_levels,
    notes_on_newer,
    notes_on_prices,
    notes_on_zeros,
)
from plimsoll.data.price_checks import standing_still, zeros_as_missing
from plimsoll.data.price_table import PriceTable
from plimsoll.data.symbols import match_symbols
from plimsoll.data.trading_dates import rows_until, window_rows
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.factors import RiskFactor, Shock, fx_pair, major_unit
from plimsoll.risk.failures import Reason
from plimsoll.risk.market import MarketHistory, MarketSnapshot, Quality, Quote

__all__ = ["HistoryResult", "build_history"]

_LONGEST_BRIDGE = 5
_OLD = dt.timedelta(10)


@dataclass(frozen=True, slots=True)
class HistoryResult:
    """The market of a book, and what could not be had.

    Parameters
    ----------
    history
        Levels by trading date, complete; its moves are what scenarios are made of.
    snapshot
        The market to value the book in. It is the last date of `history`, but for a factor without a price
        there and with one at most five dates earlier: its level is that last price, its quality ``STALE``.
        ``STALE`` is also an observed price more than ten days older than the date asked for.
    failures
        By name of the factor, why it is not in `history`.
    assumptions
        What was taken for granted, beyond the assumptions of the price table itself.
    last_prices
        By name of each failed factor that has a price on or before the date of `snapshot`, the last one. What
        depends on it can be valued, though nothing is known of its risk.
    """

    history: MarketHistory
    snapshot: MarketSnapshot
    failures: Mapping[str, tuple[Reason, str]]
    assumptions: tuple[Assumption, ...]
    last_prices: Mapping[str, Quote] = field(default_factory=dict)


@dataclass(slots=True)
class _Gathered:
    """Series found so far, by name of their factor, and what was not found."""

    levels: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    rates: set[str] = field(default_factory=set)
    failures: dict[str, tuple[Reason, str]] = field(default_factory=dict)
    notes: list[Assumption] = field(default_factory=list)


def build_history(
    table: PriceTable,
    symbols: Iterable[str],
    currencies: Iterable[str],
    base: str,
    *,
    as_of: dt.date | None = None,
    observations: int = 501,
) -> HistoryResult:
    """Return the market history of the factors behind `symbols` and `currencies`.

    Parameters
    ----------
    table
        Prices; nothing after `as_of` is looked at.
    symbols
        What is held or underlies what is held; each becomes a factor of that name. Pairs such as ``EURUSD``
        are also found turned round or crossed.
    currencies
        What the book is priced in; each but `base` becomes a factor ``fx_pair(currency, base)``. Minor units
        stand for their major unit.
    base
        Currency of the report.
    as_of
        Date of the report; the last trading date on or before it is used. None is the last one. Newer prices
        that the last trading date leaves out are reported.
    observations
        Trading dates wanted, one more than moves; the history is shorter where the table is.

    Raises
    ------
    DataError
        If the table starts after `as_of`, or the book has fewer than two trading dates.

    Notes
    -----
    Trading dates are those on which most of the series behind `symbols` have a price, as
    :func:`plimsoll.data.trading_dates.trading_dates` says; exchange rates decide only where there is nothing
    else. Levels that are missing on a trading date are completed as
    :func:`plimsoll.data.gaps.complete` says. Zeros are missing in series that are otherwise above zero.
    Suspicious prices are reported and not altered.
    """
    symbols = tuple(dict.fromkeys(symbols))
    reached = rows_until(table.dates, as_of, table.source)
    prices, zeros = zeros_as_missing(table.prices[:reached])
    found = _gathered(table.symbols, prices, symbols, currencies, base)
    voters = _voters(found, symbols, prices)
    rows, dated = window_rows(
        table.dates, voters, as_of=as_of, observations=observations, source=table.source
    )
    newer = {name: levels[rows[-1] :] for name, levels in found.levels.items()}
    notes = [
        *dated,
        *notes_on_newer(table.dates[rows[-1] :], newer),
        *found.notes,
        *notes_on_zeros(table.symbols, zeros, found.columns),
    ]
    asked = as_of or table.dates[rows[-1]].astype(dt.date)
    return _result(found, table.dates[: rows[-1] + 1], rows, notes, asked)


def _gathered(
    available: tuple[str, ...],
    prices: NDArray[np.float64],
    symbols: tuple[str, ...],
    currencies: Iterable[str],
    base: str,
) -> _Gathered:
    """Find the series behind each symbol and currency."""
    found = _Gathered()
    matches = match_symbols(available, symbols)
    found.notes.extend(matches.assumptions)
    for symbol in symbols:
        pair = pair_of(symbol)
        if symbol in matches.columns:
            found.levels[symbol] = prices[:, matches.columns[symbol]]
            found.columns.add(available[matches.columns[symbol]])
        elif symbol in matches.ambiguous:
            names = " and ".join(matches.ambiguous[symbol])
            message = f"{symbol} may be {names}; write it as one of them"
            found.failures[symbol] = Reason.UNKNOWN_SYMBOL, message
        elif pair is not None:
            _add_rate(found, symbol, pair, (available, prices))
        else:
            message = f"{symbol} is not among the prices; add a column or rows for it"
            found.failures[symbol] = Reason.UNKNOWN_SYMBOL, message
        if pair is not None:
            found.rates.add(symbol)
    home = major_unit(base)[0]
    for currency in sorted({major_unit(code)[0] for code in currencies} - {home}):
        name = fx_pair(currency, home)
        if name not in found.levels:
            _add_rate(found, name, (currency, home), (available, prices))
            found.rates.add(name)
    return found


def _add_rate(
    found: _Gathered,
    name: str,
    pair: tuple[str, str],
    market: tuple[tuple[str, ...], NDArray[np.float64]],
) -> None:
    """Add an exchange rate under `name`, or the failure to find it."""
    rate = find_rate(*market, *pair)
    if rate is None:
        message = (
            f"no column gives the price of 1 {pair[0]} in {pair[1]}, nor a cross through one other currency; "
            f"add one called {fx_pair(*pair)}"
        )
        found.failures[name] = Reason.MISSING_FX, message
        return
    found.levels[name] = rate.levels
    found.columns.update(rate.columns)
    if rate.how:
        found.notes.append(Assumption("fx", f"{name} is {rate.how}.", (name,)))


def _voters(found: _Gathered, symbols: tuple[str, ...], prices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the series whose dates make the calendar: what is held, else the rates, else the whole table."""
    held = [found.levels[symbol] for symbol in symbols if symbol in found.levels]
    for series in (held, list(found.levels.values())):
        if any(np.isfinite(levels).any() for levels in series):
            return np.column_stack(series)
    return prices


def _result(
    found: _Gathered,
    all_dates: NDArray[np.datetime64],
    rows: NDArray[np.int64],
    notes: list[Assumption],
    asked: dt.date,
) -> HistoryResult:
    """Complete the levels of the window, the last of `all_dates` being its last, and say what was done."""
    dates = all_dates[rows]
    failures = dict(found.failures)
    window = {name: levels[rows] for name, levels in found.levels.items()}
    for name, levels in window.items():
        failure = _too_little(name, levels, dates, is_rate=name in found.rates)
        if failure is not None:
            failures[name] = failure
    names = [name for name in window if name not in failures]
    observed = np.array([window[name] for name in names]).reshape(len(names), len(rows)).T
    kinds = np.array([name in found.rates for name in names], dtype=np.int64)
    done = complete(observed, kinds, dates, longest_bridge=_LONGEST_BRIDGE)
    correlations = {names[j]: correlation for j, correlation in done.correlations.items()}
    for j, why in done.unusable.items():
        failures[names[j]] = Reason.SHORT_HISTORY, f"{names[j]} has gaps that cannot be completed: {why}"
    kept = [j for j in range(len(names)) if j not in done.unusable]
    names = [names[j] for j in kept]
    observed, levels, quality = observed[:, kept], done.levels[:, kept], done.quality[:, kept]
    quality[standing_still(observed)] = Quality.STALE
    below = np.asarray((observed <= 0).any(axis=0)).tolist()
    shocks = [Shock.ABSOLUTE if found_below else Shock.RELATIVE for found_below in below]
    factors = tuple(RiskFactor(name, shock) for name, shock in zip(names, shocks, strict=True))
    history = MarketHistory(dates, factors, levels, quality)
    by_name = dict(zip(names, np.ascontiguousarray(quality.T), strict=True))
    all_notes = (
        *notes,
        *notes_on_prices(names, observed),
        *notes_on_levels(correlations, dates, by_name, _LONGEST_BRIDGE),
    )
    last_prices = _last_prices(found, failures, all_dates, asked)
    return HistoryResult(history, _snapshot(history, asked), failures, all_notes, last_prices)


def _too_little(
    name: str, levels: NDArray[np.float64], dates: NDArray[np.datetime64], *, is_rate: bool
) -> tuple[Reason, str] | None:
    """Return why a series has too few observations to say anything; None if it has two."""
    count = int(np.isfinite(levels).sum())
    if count >= 2:
        return None
    period = f"between {dates[0]} and {dates[-1]}"
    if count == 1:
        return Reason.SHORT_HISTORY, f"{name} has only one price {period}; two make a move"
    reason = Reason.MISSING_FX if is_rate else Reason.MISSING_PRICE
    return reason, f"{name} has no price {period}; give newer prices or an earlier date"


def _snapshot(history: MarketHistory, asked: dt.date) -> MarketSnapshot:
    """Return the last market, with the last observed price in place of up to five proxied ones."""
    snapshot = history.snapshot()
    quotes = {name: _aged(quote, asked) for name, quote in snapshot.quotes.items()}
    ages = dates_since_observation(history.quality)
    for j in np.flatnonzero((ages > 0) & (ages <= _LONGEST_BRIDGE)):
        name, row = history.factors[j].name, len(history.dates) - 1 - int(ages[j])
        level = float(history.levels[row, j])
        quotes[name] = Quote(level, Quality.STALE, history.dates[row].astype(dt.date))
    return MarketSnapshot(snapshot.as_of, quotes)


def _aged(quote: Quote, asked: dt.date) -> Quote:
    """Return the quote, stale if it was observed more than ten days before the date asked for."""
    old = quote.quality is Quality.OBSERVED and asked - quote.observed_on > _OLD
    return replace(quote, quality=Quality.STALE) if old else quote


def _last_prices(
    found: _Gathered, failed: Iterable[str], dates: NDArray[np.datetime64], asked: dt.date
) -> dict[str, Quote]:
    """Return the last price of each failed factor that has one."""
    quotes = {}
    for name in failed:
        rows = np.flatnonzero(np.isfinite(found.levels.get(name, np.empty(0))[: len(dates)]))
        if len(rows):
            level, observed_on = float(found.levels[name][rows[-1]]), dates[rows[-1]].astype(dt.date)
            quotes[name] = _aged(Quote(level, Quality.OBSERVED, observed_on), asked)
    return quotes
