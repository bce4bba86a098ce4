"""Revaluing a book of European options under scenarios: our kernel against a loop over QuantLib."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import QuantLib
from numpy.typing import NDArray

from measurement import Row, median_seconds
from plimsoll.risk.pricing.european import revalue

__all__ = ["measure"]

OPTIONS, SCENARIOS, UNDERLYINGS = 5_000, 1_000, 50
LOOPED = 25  # options that QuantLib revalues; its cost per evaluation does not depend on how many
GOAL_NANOSECONDS, GOAL_RATIO = 25.0, 100.0


@dataclass(frozen=True)
class Book:
    """Options of mixed strike, expiry and volatility, and the spots of their underlyings in each scenario."""

    sign: NDArray[np.float64]
    strike: NDArray[np.float64]
    days: NDArray[np.int64]
    volatility: NDArray[np.float64]
    rate: NDArray[np.float64]
    dividend_yield: NDArray[np.float64]
    underlying: NDArray[np.int64]
    spots: NDArray[np.float64]


def measure() -> list[Row]:
    """Time the kernel on one and two threads and a QuantLib loop that gives the same prices."""
    book = random_book()
    out = np.empty((OPTIONS, SCENARIOS))
    per_evaluation = 1e9 / out.size
    one = median_seconds(lambda: revalued(book, out, threads=1)) * per_evaluation
    two = median_seconds(lambda: revalued(book, out, threads=2)) * per_evaluation
    options = [quantlib_option(book, row) for row in range(LOOPED)]
    looped = median_seconds(lambda: quantlib_loop(options, book), runs=3) * 1e9 / (LOOPED * SCENARIOS)
    difference = np.abs(quantlib_loop(options, book) - out[:LOOPED]).max() / book.strike.max()
    size = f"{OPTIONS:,} European options × {SCENARIOS:,} scenarios"
    return [
        Row(
            claim=f"{size}, two threads, per evaluation",
            ours=f"{two:.1f} ns",
            peer=f"{one:.1f} ns on one thread",
            result=f"{one / two:.1f}× by the second thread",
            goal=f"≤ {GOAL_NANOSECONDS:g} ns",
            met=bool(two <= GOAL_NANOSECONDS),
        ),
        Row(
            claim=f"{size} against a QuantLib loop (SimpleQuote.setValue, option.NPV), per evaluation",
            ours=f"{two:.1f} ns",
            peer=f"{looped:,.0f} ns",
            result=f"{looped / two:,.0f}×, equal to {difference:.0e} of the strike",
            goal=f"≥ {GOAL_RATIO:g}×",
            met=bool(looped / two >= GOAL_RATIO and difference < 1e-12),
        ),
    ]


def random_book() -> Book:
    """Return a book like a desk's: near and far strikes, a week to two years, fat-tailed daily moves."""
    rng = np.random.default_rng(2)
    today = rng.uniform(20.0, 500.0, UNDERLYINGS)
    underlying = rng.integers(0, UNDERLYINGS, OPTIONS)
    return Book(
        sign=rng.choice([-1.0, 1.0], OPTIONS),
        strike=today[underlying] * rng.uniform(0.7, 1.3, OPTIONS),
        days=rng.integers(7, 730, OPTIONS),
        volatility=rng.uniform(0.1, 0.6, OPTIONS),
        rate=rng.uniform(0.0, 0.05, OPTIONS),
        dividend_yield=rng.uniform(0.0, 0.03, OPTIONS),
        underlying=underlying,
        spots=today[:, np.newaxis] * np.exp(0.02 * rng.standard_t(4, (UNDERLYINGS, SCENARIOS))),
    )


def revalued(book: Book, out: NDArray[np.float64], *, threads: int) -> None:
    """Revalue the whole book into `out`."""
    revalue(
        book.sign,
        book.strike,
        book.days / 365,
        book.volatility,
        book.rate,
        book.dividend_yield,
        book.spots,
        underlying=book.underlying,
        out=out,
        threads=threads,
    )


def quantlib_option(book: Book, row: int) -> tuple[QuantLib.VanillaOption, QuantLib.SimpleQuote]:
    """Return an option priced in closed form, and the quote that moves its spot."""
    today, day_count = QuantLib.Date(2, 1, 2025), QuantLib.Actual365Fixed()
    QuantLib.Settings.instance().evaluationDate = today
    spot = QuantLib.SimpleQuote(float(book.spots[book.underlying[row], 0]))
    process = QuantLib.BlackScholesMertonProcess(
        QuantLib.QuoteHandle(spot),
        QuantLib.YieldTermStructureHandle(
            QuantLib.FlatForward(today, float(book.dividend_yield[row]), day_count)
        ),
        QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(today, float(book.rate[row]), day_count)),
        QuantLib.BlackVolTermStructureHandle(
            QuantLib.BlackConstantVol(today, QuantLib.NullCalendar(), float(book.volatility[row]), day_count)
        ),
    )
    kind = QuantLib.Option.Call if book.sign[row] > 0 else QuantLib.Option.Put
    payoff = QuantLib.PlainVanillaPayoff(kind, float(book.strike[row]))
    option = QuantLib.VanillaOption(payoff, QuantLib.EuropeanExercise(today + int(book.days[row])))
    option.setPricingEngine(QuantLib.AnalyticEuropeanEngine(process))
    return option, spot


def quantlib_loop(
    options: list[tuple[QuantLib.VanillaOption, QuantLib.SimpleQuote]], book: Book
) -> NDArray[np.float64]:
    """Revalue each option in each scenario, changing nothing but the quote of its spot."""
    prices = np.empty((len(options), SCENARIOS))
    spots = book.spots[book.underlying[: len(options)]].tolist()
    for (row, (option, quote)), scenario in product(enumerate(options), range(SCENARIOS)):
        quote.setValue(spots[row][scenario])
        prices[row, scenario] = option.NPV()
    return prices


if __name__ == "__main__":
    for row in measure():
        print(row)
