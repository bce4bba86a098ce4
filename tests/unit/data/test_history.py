"""From prices to the history of a book: nothing is dropped, altered or made up without saying so."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from plimsoll.data.history import HistoryResult, build_history
from plimsoll.data.price_table import PriceTable
from plimsoll.data.sources.demo import demo_prices
from plimsoll.errors import DataError
from plimsoll.risk.factors import Shock
from plimsoll.risk.failures import Reason
from plimsoll.risk.market import Quality, Quote

_START = np.datetime64("2024-01-01", "D")
_COUNT = 80
_NAN = np.nan


def _walk(seed: int, level: float = 100.0) -> NDArray[np.float64]:
    random = np.random.default_rng([7, seed])
    market = 0.01 * np.random.default_rng(7).standard_normal(_COUNT)
    return level * np.exp(np.cumsum(market + 0.005 * random.standard_normal(_COUNT)))


def _table(**series: NDArray[np.float64]) -> PriceTable:
    dates = _START + np.arange(_COUNT)
    prices = np.column_stack(list(series.values()))
    return PriceTable(dates, tuple(series), prices, (None,) * len(series), "x.csv")


def _book(**changes: NDArray[np.float64]) -> PriceTable:
    return _table(**{name: _walk(j) for j, name in enumerate("ABCD")} | changes)


def _without(rows: slice, seed: int = 0) -> NDArray[np.float64]:
    walk = _walk(seed)
    walk[rows] = _NAN
    return walk


def _levels(result: HistoryResult) -> Mapping[str, NDArray[np.float64]]:
    names = [factor.name for factor in result.history.factors]
    return dict(zip(names, result.history.levels.T, strict=True))


def _topics(result: HistoryResult) -> list[str]:
    return [assumption.topic for assumption in result.assumptions]


def _day(row: int) -> dt.date:
    return dt.date(2024, 1, 1) + dt.timedelta(row)


def test_complete_prices_pass_unchanged() -> None:
    """A table without gaps gives its own prices, all observed, and nothing is assumed."""
    table = _book()
    result = build_history(table, "ABCD", ["USD"], "USD")
    np.testing.assert_array_equal(result.history.levels, table.prices)
    assert (result.history.quality == Quality.OBSERVED).all()
    assert (result.failures, result.assumptions) == ({}, ())
    assert result.snapshot == result.history.snapshot()
    assert {factor.shock for factor in result.history.factors} == {Shock.RELATIVE}


def test_the_demo_is_complete() -> None:
    """The window of the demo holds all its names; its dates are the last 501."""
    table = demo_prices()
    result = build_history(table, table.symbols, ["USD"], "USD")
    assert result.history.levels.shape == (501, 21)
    assert (result.failures, result.assumptions) == ({}, ())
    np.testing.assert_array_equal(result.history.dates, table.dates[-501:])


def test_nothing_after_the_date_is_looked_at() -> None:
    """What the table says after the date of the report has no influence on it."""
    table = _book(A=_without(slice(30, 33)), EURUSD=_walk(9, 1.1))
    longer = build_history(table, "AB", ["EUR"], "USD", as_of=_day(50))
    later = table.prices.copy()
    later[51:] = [-1.0, 0.0, 5.0, _NAN, 0.0]
    other = build_history(replace(table, prices=later), "AB", ["EUR"], "USD", as_of=_day(50))
    np.testing.assert_array_equal(longer.history.levels, other.history.levels)
    assert longer.assumptions == other.assumptions
    assert longer.history.dates[-1] == _START + 50


def test_a_short_gap_is_filled_and_told() -> None:
    """Up to five missing dates are bridged, marked and counted; the observations stay."""
    table = _book(A=_without(slice(30, 33)))
    result = build_history(table, "ABCD", [], "USD")
    seen = np.isfinite(table.prices)
    np.testing.assert_array_equal(result.history.levels[seen], table.prices[seen])
    assert (result.history.quality[30:33, 0] == Quality.FILLED).all()
    assert (np.abs(np.diff(_levels(result)["A"])) > 0).all()
    assert _topics(result) == ["gaps"]


def test_a_late_start_is_proxied_and_told() -> None:
    """Dates before the first observation take the moves of the others."""
    result = build_history(_book(A=_without(slice(0, 40))), "ABCD", [], "USD")
    assert (result.history.quality[:40, 0] == Quality.PROXIED).all()
    assert _topics(result) == ["proxy"]


@pytest.mark.parametrize("missing", [1, 5])
def test_a_missing_last_price_is_stale_and_its_moves_are_proxied(missing: int) -> None:
    """The value is the last observed price, with its age; the history still moves."""
    result = build_history(_book(A=_without(slice(_COUNT - missing, None))), "ABCD", [], "USD")
    quote = result.snapshot.quotes["A"]
    assert (quote.level, quote.quality) == (_walk(0)[-1 - missing], Quality.STALE)
    assert quote.observed_on == _day(_COUNT - 1 - missing)
    assert (np.abs(np.diff(_levels(result)["A"])) > 0).all()
    assert _topics(result) == ["proxy", "stale"]
    assert result.snapshot.quotes["B"].quality is Quality.OBSERVED


def test_a_price_lost_for_long_is_proxied_also_in_value() -> None:
    """Beyond five dates the last price is carried on by proxied moves."""
    result = build_history(_book(A=_without(slice(_COUNT - 6, None))), "ABCD", [], "USD")
    quote = result.snapshot.quotes["A"]
    assert quote.quality is Quality.PROXIED
    assert quote.level == _levels(result)["A"][-1] != _walk(0)[-7]
    assert quote.observed_on == _day(_COUNT - 7)


def test_prices_that_stand_still_are_marked() -> None:
    """From the fifth equal price on, a price is stale, but kept."""
    still = _walk(0)
    still[40:47] = still[40]
    result = build_history(_book(A=still), "ABCD", [], "USD")
    assert np.flatnonzero(result.history.quality[:, 0] == Quality.STALE).tolist() == [44, 45, 46]
    np.testing.assert_array_equal(_levels(result)["A"], still)
    assert _topics(result) == ["stale"]


def test_zeros_are_missing_and_told() -> None:
    """A zero among positive prices is bridged like any gap."""
    zero = _walk(0)
    zero[40] = 0
    result = build_history(_book(A=zero), "ABCD", [], "USD")
    assert result.history.quality[40, 0] == Quality.FILLED
    assert _topics(result) == ["quality", "gaps"]


def test_a_series_below_zero_moves_by_differences() -> None:
    """A negative price is kept, and the factor is shocked absolutely."""
    negative = _walk(0, 20)
    negative[40] = -36.98
    result = build_history(_book(A=negative), "ABCD", [], "USD")
    assert [factor.shock for factor in result.history.factors] == [Shock.ABSOLUTE] + [Shock.RELATIVE] * 3
    assert _levels(result)["A"][40] == -36.98
    assert "shocks" in _topics(result)


@pytest.mark.parametrize(
    ("series", "reason", "message"),
    [
        (np.full(_COUNT, _NAN), Reason.MISSING_PRICE, "no price between"),
        (_without(slice(1, None)), Reason.SHORT_HISTORY, "only one price"),
        (_without(slice(0, _COUNT - 10)), Reason.SHORT_HISTORY, "fewer than 20"),
    ],
)
def test_too_few_prices_are_a_failure(series: NDArray[np.float64], reason: Reason, message: str) -> None:
    """The factor is left out by name, and the others stand."""
    result = build_history(_book(A=series), "ABCD", [], "USD")
    assert list(result.failures) == ["A"]
    assert result.failures["A"][0] is reason
    assert message in result.failures["A"][1]
    assert list(_levels(result)) == ["B", "C", "D"]


def test_unknown_and_ambiguous_symbols_are_failures() -> None:
    """A symbol without a column, or with two, is named; one that is written differently is found and told."""
    table = _table(**{"A": _walk(1), "BRK-B": _walk(2), "BRK.B": _walk(3)})
    result = build_history(table, ["a", "X", "BRK/B"], [], "USD")
    assert list(_levels(result)) == ["a"]
    assert {name: why[0] for name, why in result.failures.items()} == {
        "X": Reason.UNKNOWN_SYMBOL,
        "BRK/B": Reason.UNKNOWN_SYMBOL,
    }
    assert "BRK-B and BRK.B" in result.failures["BRK/B"][1]
    assert _topics(result) == ["symbols"]


def test_exchange_rates_of_the_currencies_are_added() -> None:
    """Each currency but the base has its pair, minor units their major one; derived rates are told."""
    table = _book(**{"EUR/USD": _walk(5, 1.1), "EURGBP": _walk(6, 0.85), "USDJPY": _walk(7, 150)})
    result = build_history(table, "AB", ["EUR", "GBX", "GBP", "JPY", "USD", "SEK"], "USD")
    levels, eurusd = _levels(result), _walk(5, 1.1)
    assert list(levels) == ["A", "B", "EURUSD", "GBPUSD", "JPYUSD"]
    np.testing.assert_array_equal(levels["EURUSD"], eurusd)
    np.testing.assert_allclose(levels["GBPUSD"], eurusd / _walk(6, 0.85), rtol=1e-14)
    np.testing.assert_allclose(levels["JPYUSD"], 1 / _walk(7, 150), rtol=1e-14)
    assert result.failures["SEKUSD"][0] is Reason.MISSING_FX
    assert _topics(result) == ["fx", "fx", "fx"]


def test_pairs_held_as_symbols_are_found_too() -> None:
    """A held pair is a column, or derived; as a currency it is not added twice."""
    table = _book(EURUSD=_walk(5, 1.1))
    result = build_history(table, ["EURUSD", "USDEUR", "CHFUSD"], ["EUR"], "USD")
    levels = _levels(result)
    assert list(levels) == ["EURUSD", "USDEUR"]
    np.testing.assert_allclose(levels["USDEUR"] * levels["EURUSD"], 1, rtol=1e-14)
    assert result.failures["CHFUSD"][0] is Reason.MISSING_FX


def test_a_rate_without_data_in_the_window_is_missing() -> None:
    """A rate that ended before the window is reported as an exchange rate, not as a price."""
    result = build_history(_book(EURUSD=_without(slice(20, None))), "AB", ["EUR"], "USD", observations=30)
    assert result.failures["EURUSD"][0] is Reason.MISSING_FX


def test_rates_have_no_vote_on_trading_dates() -> None:
    """A book trades when its shares do; a rate that pauses is bridged along the other rates."""
    pause = _walk(5, 1.1)
    pause[40:42] = _NAN
    table = _book(EURUSD=pause, GBPUSD=_walk(6, 1.3), JPYUSD=pause / 150)
    result = build_history(table, "A", ["EUR", "JPY", "GBP"], "USD")
    assert len(result.history.dates) == _COUNT
    assert _topics(result) == ["gaps"]


def test_only_rates_and_only_cash() -> None:
    """A book of foreign cash trades when its rates do; one of home cash on the dates of the table."""
    table = _book(EURUSD=_without(slice(0, 30), 5))
    assert len(build_history(table, [], ["EUR"], "USD").history.dates) == 50
    cash = build_history(table, [], ["USD"], "USD")
    assert cash.history.levels.shape == (80, 0)
    assert cash.snapshot.quotes == {}


def test_newer_prices_of_a_few_are_not_dropped_in_silence() -> None:
    """Where the last dates have prices of a minority, the report is for an older date and says so."""
    table = _book(B=_without(slice(-2, None), 1), C=_without(slice(-2, None), 2))
    result = build_history(table, "ABC", [], "USD")
    assert result.snapshot.as_of == _day(_COUNT - 3)
    assert [(note.topic, note.items) for note in result.assumptions] == [("stale", ("A",))]
    assert f"until {_day(_COUNT - 1)}, are not used" in result.assumptions[0].text
    earlier = build_history(table, "ABC", [], "USD", as_of=_day(_COUNT - 2))
    assert _topics(earlier) == ["as-of", "stale"]
    assert f"until {_day(_COUNT - 2)}, are not used" in earlier.assumptions[1].text


def test_prices_of_a_week_or_a_month_are_enough() -> None:
    """A weekly fund and a monthly exchange rate are compared over their own dates and completed."""
    weekly, monthly = np.full(_COUNT * 10, _NAN), np.full(_COUNT * 10, _NAN)
    random = np.random.default_rng(3)
    walks = np.exp(np.cumsum(0.01 * random.standard_normal((4, _COUNT * 10)), axis=1))
    weekly[::7], monthly[::30] = walks[2, ::7], walks[3, ::30]
    prices = np.column_stack([walks[0], walks[1], weekly, monthly])
    dates = _START + np.arange(len(prices))
    table = PriceTable(dates, ("A", "B", "FUND", "EURUSD"), prices, (None,) * 4, "x.csv")
    result = build_history(table, ["A", "FUND"], ["EUR"], "USD", observations=len(prices))
    assert (result.failures, len(result.history.dates)) == ({}, len(prices))
    np.testing.assert_array_equal(_levels(result)["EURUSD"][::30], walks[3, ::30])


def test_the_last_price_of_a_failed_factor_is_kept() -> None:
    """What is left out for want of history can still be valued; what has no price before the date cannot."""
    short, gone, later = np.full((3, _COUNT), _NAN)
    short[-9:-2], gone[3], later[-1] = _walk(0)[-9:-2], 7.0, 5.0
    table = _book(A=short, B=gone, C=later, E=_walk(5), F=_walk(6))
    result = build_history(table, ["A", "B", "C", "D", "E", "F", "X"], [], "USD", as_of=_day(_COUNT - 2))
    assert list(result.failures) == ["X", "B", "C", "A"]
    assert result.last_prices == {
        "A": Quote(_walk(0)[-3], Quality.OBSERVED, _day(_COUNT - 3)),
        "B": Quote(7.0, Quality.STALE, _day(3)),
    }
    assert build_history(_book(), "A", [], "USD").last_prices == {}


@pytest.mark.parametrize(
    ("days", "quality"), [(10, Quality.OBSERVED), (11, Quality.STALE), (1101, Quality.STALE)]
)
def test_old_prices_are_stale(days: int, quality: Quality) -> None:
    """A price more than ten days older than the date asked for is not called observed."""
    asked = _day(_COUNT - 1) + dt.timedelta(days)
    result = build_history(_book(), "AB", [], "USD", as_of=asked)
    assert {quote.quality for quote in result.snapshot.quotes.values()} == {quality}
    assert {quote.observed_on for quote in result.snapshot.quotes.values()} == {_day(_COUNT - 1)}
    assert (result.history.quality == Quality.OBSERVED).all()
    assert _topics(result) == ["stale"]


def test_a_single_series_has_no_gaps() -> None:
    """Alone, a series makes its own calendar, and a long pause is one move that is told."""
    result = build_history(_book(A=_without(slice(30, 50))), "A", [], "USD")
    assert len(result.history.dates) == 60
    assert (result.history.quality == Quality.OBSERVED).all()
    assert _topics(result) == ["calendar"] * 2


@pytest.mark.parametrize("names", ["A", "ABC"])
def test_a_coin_keeps_the_whole_move_over_a_weekend(names: str) -> None:
    """Weekend prices of a coin are not on the calendar of shares, not even of one; no move is cut."""
    weekend = np.is_busday(_START + np.arange(_COUNT)) == np.False_
    shares = {name: np.where(weekend, _NAN, _walk(j)) for j, name in enumerate(names)}
    result = build_history(_table(**shares, COIN=_walk(9)), [*names, "COIN"], [], "USD")
    np.testing.assert_array_equal(_levels(result)["COIN"], _walk(9)[~weekend])
    assert (result.history.quality == Quality.OBSERVED).all()


def test_the_window_and_its_date() -> None:
    """The last observations up to the date are taken; a date after the prices is told with its age."""
    result = build_history(_book(), "AB", [], "USD", observations=10)
    assert result.history.dates.tolist() == [_day(row) for row in range(70, 80)]
    late = build_history(_book(), "AB", [], "USD", as_of=_day(82))
    assert late.snapshot.as_of == _day(79)
    assert _topics(late) == ["stale"]
    assert "3 days old" in late.assumptions[0].text


@pytest.mark.parametrize("symbols", ["A", "X", ""])
def test_too_little_for_any_book_is_refused(symbols: str) -> None:
    """No date before the prices, and not one date only."""
    with pytest.raises(DataError, match="start on 2024-01-01"):
        build_history(_book(), symbols, [], "USD", as_of=dt.date(2023, 1, 1))
    with pytest.raises(DataError, match="1 date with prices"):
        build_history(_book(), symbols, [], "USD", as_of=_day(0))


@given(st.permutations(range(4)))
def test_the_order_of_columns_is_irrelevant(order: list[int]) -> None:
    """A table with its columns in another order gives the same history, up to rounding."""
    table = _book(A=_without(slice(30, 33)), C=_without(slice(0, 20), 2))
    mixed = replace(table, symbols=tuple(table.symbols[j] for j in order), prices=table.prices[:, order])
    expected = build_history(table, "ABCD", [], "USD").history.levels
    np.testing.assert_allclose(build_history(mixed, "ABCD", [], "USD").history.levels, expected, rtol=1e-12)
