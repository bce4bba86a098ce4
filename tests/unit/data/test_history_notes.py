"""Every fact about missing, stale or doubtful prices is said in one sentence with its symbols."""

import numpy as np

from plimsoll.data.history_notes import (
    dates_since_observation,
    notes_on_levels,
    notes_on_newer,
    notes_on_prices,
    notes_on_zeros,
)
from plimsoll.risk.market import Quality

_DATES = np.arange("2024-01-01", "2024-01-11", dtype="datetime64[D]")


def _quality(*names: str) -> dict[str, np.ndarray]:
    return {name: np.full(10, Quality.OBSERVED, dtype=np.uint8) for name in names}


def test_nothing_to_say() -> None:
    """Observed prices need no sentence, and no prices need none either."""
    prices = 100 + np.arange(10.0)[:, None] ** 0.5
    assert notes_on_levels({}, _DATES, _quality("A"), 5) == []
    assert notes_on_prices(["A"], prices) == []
    assert notes_on_zeros(["A"], np.array([0]), {"A"}) == []
    assert notes_on_levels({}, _DATES, {}, 5) == []


def test_gaps_proxies_and_stale_prices_are_counted() -> None:
    """Each kind has its own sentence, with the number of prices, the symbols and their correlations."""
    quality = _quality("A", "B", "C")
    quality["A"][3:5] = quality["B"][4] = Quality.FILLED
    quality["B"][:2] = Quality.PROXIED
    quality["C"][7] = Quality.STALE
    gaps, proxy, stale = notes_on_levels({"A": 0.314, "B": -0.5}, _DATES, quality, 5)
    assert (gaps.topic, gaps.items) == ("gaps", ("A", "B"))
    assert gaps.text.startswith("3 prices of A, B were missing for at most 5 dates and bridged")
    assert "(A 0.31, B -0.50)" in gaps.text
    assert (proxy.topic, proxy.items) == ("proxy", ("B",))
    assert proxy.text.startswith("2 prices of B were missing for longer than 5 dates")
    assert "(B -0.50)" in proxy.text
    assert (stale.topic, stale.items) == ("stale", ("C",))
    assert stale.text.startswith("1 price of C was marked stale")


def test_series_that_end_early_are_told_with_their_age() -> None:
    """Series that end on the same date share a sentence; beyond five dates the value itself is proxied."""
    quality = _quality("A", "B", "C", "D")
    quality["A"][-1:] = quality["B"][-1:] = quality["C"][-6:] = Quality.PROXIED
    assert dates_since_observation(np.column_stack(list(quality.values()))).tolist() == [1, 1, 6, 0]
    *_, short, long = notes_on_levels(dict.fromkeys("ABC", 0.5), _DATES, quality, 5)
    assert short.items == ("A", "B")
    assert "2024-01-09, 1 day old; the value rests on this price, and" in short.text
    assert long.items == ("C",)
    assert "2024-01-04, 6 days old; the value rests on this price carried on" in long.text


def test_newer_prices_that_are_not_used_are_named() -> None:
    """Series with prices after the date of the report are told with the last of these dates."""
    levels = {"A": np.array([1.0, np.nan, 2.0]), "B": np.array([1.0, 2.0, np.nan]), "C": np.full(3, np.nan)}
    (note,) = notes_on_newer(_DATES[:3], levels)
    assert (note.topic, note.items) == ("stale", ("A", "B"))
    assert note.text.startswith("The report is for 2024-01-01, ")
    assert "of A, B until 2024-01-03, are not used" in note.text
    assert notes_on_newer(_DATES[:1], {"A": np.array([1.0])}) == []


def test_doubtful_prices_are_named_and_kept() -> None:
    """Spikes, hundredfold jumps and prices below zero each have a sentence."""
    prices = np.exp(np.cumsum(0.01 * np.random.default_rng(1).standard_normal((100, 3)), axis=0))
    prices[50, 0] *= 3
    prices[50:, 1] *= 100
    prices[50, 2] = -1
    notes = notes_on_prices(["A", "B", "C"], prices)
    assert [(note.topic, note.items) for note in notes] == [
        ("quality", ("A", "C")),
        ("quality", ("B",)),
        ("shocks", ("C",)),
    ]


def test_zeros_are_told_for_the_columns_in_use() -> None:
    """Zeros of other columns concern nobody."""
    (note,) = notes_on_zeros(["A", "B"], np.array([2, 3]), {"A"})
    assert note.items == ("A",)
    assert note.text.startswith("2 zero prices of A were treated as missing")


def test_long_lists_are_cut_in_the_text_only() -> None:
    """Five names stand in the sentence, all of them in the items."""
    names = [f"S{j}" for j in range(8)]
    (note,) = notes_on_zeros(names, np.ones(8, np.int64), names)
    assert "S0, S1, S2, S3, S4 and 3 more" in note.text
    assert note.items == tuple(names)
