"""Missing levels are completed as a plain reference does it, and no observation is ever touched."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from plimsoll.data.gaps import Completed, complete
from plimsoll.risk.market import Quality

Levels = NDArray[np.float64]


def _market(count: int = 60, width: int = 4, seed: int = 1) -> Levels:
    """Return correlated positive series; the last one runs against the others."""
    random = np.random.default_rng(seed)
    moves = 0.01 * random.standard_normal((count, 1)) + 0.005 * random.standard_normal((count, width))
    moves[:, -1] *= -2
    return 100 * np.exp(np.cumsum(moves, axis=0))


def _complete(levels: Levels, kinds: list[int] | None = None) -> Completed:
    return complete(levels, np.array(kinds or [0] * levels.shape[1]), _dates(len(levels)), longest_bridge=5)


def _dates(count: int) -> NDArray[np.datetime64]:
    return np.datetime64("2024-01-01") + np.arange(count)


def _reference(levels: Levels, kinds: list[int]) -> Levels:
    """Complete levels date by date, as the documentation of the module puts it."""
    positive = [not any(value <= 0 for value in column) for column in levels.T]
    seen = [
        [float(np.log(value)) if above else float(value) for value in column]
        for column, above in zip(levels.T, positive, strict=True)
    ]
    points = seen
    for ends in (False, True):
        paths = [_reference_path(points, seen[j], kinds, j) for j in range(len(points))]
        points = [_reference_fill(point, path, ends) for point, path in zip(points, paths, strict=True)]
    return np.array([np.exp(p) if above else p for p, above in zip(points, positive, strict=True)]).T


def _reference_path(points: list[list[float]], seen: list[float], kinds: list[int], own: int) -> list[float]:
    moves = [[after - before for before, after in pairwise(point)] for point in points]
    others = [j for j in range(len(points)) if j != own]
    alike = [j for j in others if kinds[j] == kinds[own]]
    first, second = (_reference_follow([moves[j] for j in pool], seen) for pool in (alike, others))
    return [b if a != a else a for a, b in zip(first, second, strict=True)]


def _reference_follow(peers: list[list[float]], seen: list[float]) -> list[float]:
    """Return the moves along one average, NaN where it is not known."""
    steps = range(len(seen) - 1)
    sizes = [np.sqrt(np.mean([m**2 for m in peer if m == m])) for peer in peers]
    standard = [[m / size for m in peer] for peer, size in zip(peers, sizes, strict=True)]
    known = [[peer[t] for peer in standard if peer[t] == peer[t]] for t in steps]
    products = [a * b for now in known for a, b in combinations(now, 2)]
    alike = min(max(float(np.mean(products)), 0.0), 1.0) if products else 0.0
    worth = [len(now) / (1 + (len(now) - 1) * alike) if now else np.nan for now in known]
    average = [w * float(np.mean(now)) if now else np.nan for w, now in zip(worth, known, strict=True)]
    spans = [(a, b) for a, b in pairwise(t for t in range(len(seen)) if seen[t] == seen[t])]
    spans = [(a, b) for a, b in spans if all(known[a:b])]
    if not spans:
        return average
    mine = [(seen[b] - seen[a]) / np.sqrt(b - a) for a, b in spans]
    theirs = [sum(average[a:b]) / np.sqrt(b - a) for a, b in spans]
    slope = sum(m * a for m, a in zip(mine, theirs, strict=True)) / sum(a**2 for a in theirs)
    rest = [m - slope * a for m, a in zip(mine, theirs, strict=True)]
    variance, rest_variance = np.mean(np.square(mine)), np.mean(np.square(rest))
    usual = np.mean([np.mean(worth[a:b]) for a, b in spans])
    usual_share = 1 - rest_variance / variance  # of the variance, by the average
    path = []
    for t in steps:
        share = usual_share * worth[t] / usual
        follow = slope * average[t] * min(1.0, np.sqrt(1 / share)) if share > 0 else 0.0
        source = min(range(len(spans)), key=lambda k: _priority(t + 1, spans[k][1]))
        hidden = slope * theirs[source] * np.sqrt(max(0.0, 1 - share / usual_share))
        alone = max(0.0, 1 - max(share, usual_share))
        path.append(follow + hidden + rest[source] * np.sqrt(alone * variance / rest_variance))
    return path


def _priority(wanted: int, seen: int) -> int:
    """Return the place of a date in the order that another date has for all; both count from 2024-01-01."""
    epoch = 19723
    return (epoch + wanted) * ((epoch + seen) * 2654435769 % 2**32) % 2**32


def _reference_fill(point: list[float], path: list[float], ends: bool) -> list[float]:
    seen = [t for t, value in enumerate(point) if value == value]
    filled = list(point)
    if ends:
        for t in range(seen[-1] + 1, len(point)):
            filled[t] = filled[t - 1] + path[t - 1]
        for t in range(seen[0] - 1, -1, -1):
            filled[t] = filled[t + 1] - path[t]
        return filled
    for left, right in pairwise(seen):
        steps = [0.0 if move != move else move for move in path[left:right]]
        spread = (point[right] - point[left] - sum(steps)) / len(steps)
        for t in range(left + 1, right):
            filled[t] = filled[t - 1] + steps[t - 1 - left] + spread
    return filled


def _with_gaps(levels: Levels) -> Levels:
    gappy = levels.copy()
    gappy[10, 0] = gappy[20:23, 1] = np.nan
    gappy[21:33, 2] = np.nan
    gappy[:4, 1] = gappy[55:, 3] = gappy[:9, 3] = np.nan
    gappy[34, 0] = gappy[35, 1] = gappy[34, 2] = gappy[35, 3] = np.nan
    return gappy


@pytest.mark.parametrize("kinds", [[0, 0, 0, 0], [0, 0, 1, 1], [0, 1, 1, 1], [0, 1, 2, 3]])
@pytest.mark.parametrize("shift", [0.0, 100.0])
def test_it_agrees_with_the_plain_reference(kinds: list[int], shift: float) -> None:
    """Bridges, long gaps, ends and neighbouring gaps, above zero and across it, are the reference's."""
    levels = _with_gaps(_market())
    levels[:, 0] -= shift
    done = _complete(levels, kinds)
    assert done.unusable == {}
    np.testing.assert_allclose(done.levels, _reference(levels, kinds), rtol=1e-9, atol=1e-9)


def test_a_perfect_peer_gives_the_missing_levels_back() -> None:
    """A series with twice the moves of its only peer is restored exactly, in gaps and at both ends."""
    market = _market(width=1)[:, 0]
    truth = np.column_stack([market, 50 * (market / market[0]) ** 2, 7 * (market / market[0]) ** -1])
    levels = truth.copy()
    levels[:10, 1] = levels[20:23, 1] = levels[30:45, 1] = levels[-5:, 1] = np.nan
    levels[12:14, 2] = levels[-9:, 2] = np.nan
    done = _complete(levels, [0, 0, 1])
    np.testing.assert_allclose(done.levels[:, 1], truth[:, 1], rtol=1e-9)
    others = _complete(levels[:, [0, 2]])
    np.testing.assert_allclose(others.levels[:, 1], truth[:, 2], rtol=1e-9)


def test_the_quality_of_each_point() -> None:
    """Gaps of at most five dates are filled; longer ones and the ends are proxied."""
    levels = _market()
    levels[10:15, 0] = levels[20:26, 0] = levels[:2, 0] = levels[-1:, 0] = np.nan
    quality = _complete(levels).quality
    assert set(np.flatnonzero(quality[:, 0] == Quality.FILLED)) == {*range(10, 15)}
    assert set(np.flatnonzero(quality[:, 0] == Quality.PROXIED)) == {0, 1, *range(20, 26), 59}
    assert (quality[:, 1:] == Quality.OBSERVED).all()


def test_complete_levels_are_left_alone() -> None:
    """Without gaps nothing is computed, however short or lonely the series."""
    levels = np.array([[1.0], [2.0]])
    done = _complete(levels)
    np.testing.assert_array_equal(done.levels, levels)
    assert done.unusable == {}
    assert _complete(np.empty((3, 0))).levels.shape == (3, 0)


def test_missing_moves_are_not_zero() -> None:
    """Where the market moved, a completed series moved."""
    levels = _with_gaps(_market())
    moves = np.diff(np.log(_complete(levels).levels), axis=0)
    assert (np.abs(moves) > 0).all()


def test_proxied_moves_have_the_own_volatility_and_correlation() -> None:
    """After its end a series has the root mean square and the correlation of its own moves."""
    levels = _market(400)
    levels[200:, 3] = np.nan
    done = _complete(levels)
    moves = np.diff(np.log(done.levels), axis=0)
    own, proxied = moves[:199, 3], moves[199:, 3]
    assert np.sqrt((proxied**2).mean()) == pytest.approx(np.sqrt((own**2).mean()), rel=0.15)
    correlation = np.corrcoef(own, moves[:199, :3].mean(axis=1))[0, 1]
    assert np.corrcoef(proxied, moves[199:, :3].mean(axis=1))[0, 1] == pytest.approx(correlation, abs=0.05)
    assert done.correlations == {3: pytest.approx(correlation, abs=0.03)}


@pytest.mark.parametrize("own", [251, 101])
@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.8, -0.5])
def test_a_late_start_does_not_lower_expected_shortfall(correlation: float, own: int) -> None:
    """Over 60 histories ES with a late start is that with all prices, within 2.5 standard errors."""
    ratios = []
    for seed in range(60):
        random = np.random.default_rng([7, seed])
        market, alone = random.standard_normal((501, 1)), random.standard_normal((501, 4))
        peers = np.sqrt(0.4) * market + np.sqrt(0.6) * alone
        average = peers.mean(axis=1) / np.sqrt((1 + 3 * 0.4) / 4)
        rest = np.sqrt(1 - correlation**2) * random.standard_normal(501)
        moves = np.column_stack([0.01 * peers, 0.02 * (correlation * average + rest)])
        levels = 100 * np.exp(np.cumsum(moves, axis=0))
        late = levels.copy()
        late[:-own, 4] = np.nan
        ratios.append(_shortfall(_complete(late).levels) / _shortfall(levels))
    error = 2.5 * np.std(ratios) / np.sqrt(60)
    assert error < 0.05
    assert np.mean(ratios) == pytest.approx(1, abs=error)


@pytest.mark.parametrize("starts", [[250] * 16, [0] * 4 + list(range(100, 460, 30))])
def test_many_late_starts_do_not_spread_the_risk(starts: list[int]) -> None:
    """Series of one market that start together or one by one move together before that as they do after."""
    ratios = []
    for seed in range(30):
        random = np.random.default_rng([9, seed])
        moves = np.sqrt(0.3) * random.standard_normal((501, 1)) + np.sqrt(0.7) * random.standard_normal(
            (501, 17)
        )
        levels = 100 * np.exp(np.cumsum(0.01 * moves, axis=0))
        late = levels.copy()
        for column, start in enumerate(starts, start=1):
            late[:start, column] = np.nan
        ratios.append(_shortfall(_complete(late).levels) / _shortfall(levels))
    error = 2.5 * np.std(ratios) / np.sqrt(30)
    assert error < 0.05
    assert np.mean(ratios) == pytest.approx(1, abs=error)


def _shortfall(levels: Levels) -> float:
    """Return the mean of the five worst moves of a book with equal money in each series."""
    return float(-np.sort(np.diff(np.log(levels), axis=0).sum(axis=1))[:5].mean())


def test_prices_of_a_week_or_a_month_are_enough() -> None:
    """A series observed at each fifth or 21st date moves on the others too, and meets all its prices."""
    truth = _market(501)
    levels = truth.copy()
    levels[:, 2] = levels[:, 3] = np.nan
    levels[::5, 2], levels[::21, 3] = truth[::5, 2], truth[::21, 3]
    done = _complete(levels)
    assert done.unusable == {}
    np.testing.assert_array_equal(done.levels[::21, 3], truth[::21, 3])
    for column in (2, 3):
        found, real = (np.diff(np.log(each[:, column])).std() for each in (done.levels, truth))
        assert found == pytest.approx(real, rel=0.25)
    assert done.correlations[2] > 0.8 > -0.8 > done.correlations[3]


@pytest.mark.parametrize("width", [1, 2])
def test_what_cannot_be_completed_says_why(width: int) -> None:
    """A lonely series, and one of fewer than twenty moves, are named and the others completed."""
    levels = _market()[:, :width]
    levels[19:, 0] = np.nan
    done = _complete(levels)
    assert list(done.unusable) == [0]
    assert "fewer than 20" in done.unusable[0]
    assert "give more of its prices" in done.unusable[0]
    levels = _market()[:, :width]
    levels[21:, 0] = np.nan
    assert list(_complete(levels).unusable) == ([0] if width == 1 else [])


@pytest.mark.parametrize("rows", [slice(40, 43), slice(50, 60)])
def test_gaps_of_all_series_at_once_cannot_be_completed(rows: slice) -> None:
    """Where nobody has a price, nobody can stand in."""
    levels = _market()
    levels[rows] = np.nan
    done = _complete(levels)
    assert set(done.unusable) == {0, 1, 2, 3}
    assert "no other series" in done.unusable[0]


def test_peers_that_stand_still_are_no_proxy() -> None:
    """A constant series says nothing about the moves of another."""
    levels = _market(width=2)
    levels[:, 1] = 5
    levels[10, 0] = np.nan
    assert list(_complete(levels).unusable) == [0]
    peg = _market(width=2)
    peg[:, 1] = 5
    peg[10, 1] = np.nan
    assert _complete(peg).levels[10, 1] == pytest.approx(5, rel=1e-12)


def test_peers_that_cancel_are_no_proxy() -> None:
    """Two opposite peers have an average of zero, which has no size to scale."""
    step = np.tile([1.0, 2.0], 30)
    levels = np.column_stack([_market(width=1)[:, 0], step - 1.5, 1.5 - step])
    levels[10, 0] = np.nan
    assert list(_complete(levels).unusable) == [0]


def test_moves_that_overflow_are_a_failure() -> None:
    """A series whose proxied levels leave the range of numbers is named, not passed on."""
    wild = np.column_stack([np.exp(100.0 * np.sign(np.arange(60) % 2 - 0.5)), np.exp(5.0 * np.arange(60))])
    wild[30:, 0] = np.nan
    assert "wild" in _complete(wild).unusable[0]


@st.composite
def _gappy(draw: st.DrawFn) -> tuple[Levels, NDArray[np.bool_]]:
    levels = _market(seed=draw(st.integers(0, 99)))
    missing = np.zeros(levels.shape, dtype=np.bool_)
    for _ in range(draw(st.integers(1, 5))):
        start, length = draw(st.integers(0, 59)), draw(st.integers(1, 25))
        missing[start : start + length, draw(st.integers(0, 3))] = True
    return np.where(missing, np.nan, levels), missing


@settings(max_examples=60)
@given(_gappy())
def test_observations_are_kept_and_levels_are_positive(case: tuple[Levels, NDArray[np.bool_]]) -> None:
    """Whatever is missing, what was observed stays to the last bit, and the rest is finite and above zero."""
    levels, missing = case
    done = _complete(levels) if (~missing).any(axis=0).all() else _complete(_market())
    seen = np.isfinite(levels) & (done.quality == Quality.OBSERVED)
    np.testing.assert_array_equal(done.levels[seen], levels[seen])
    usable = [j for j in range(4) if j not in done.unusable]
    assert np.isfinite(done.levels[:, usable]).all()
    assert (done.levels[:, usable] > 0).all()


@settings(max_examples=40)
@given(row=st.integers(0, 59), column=st.integers(0, 3))
def test_a_new_gap_changes_no_other_observation(row: int, column: int) -> None:
    """Taking one price away changes no level that is observed elsewhere."""
    before = _with_gaps(_market())
    after = before.copy()
    after[row, column] = np.nan
    seen = np.isfinite(after)
    np.testing.assert_array_equal(_complete(after).levels[seen], _complete(before).levels[seen])


@settings(max_examples=20)
@given(st.permutations(range(4)))
def test_the_order_of_series_is_irrelevant(order: list[int]) -> None:
    """Columns may come in any order, up to rounding."""
    levels = _with_gaps(_market())
    np.testing.assert_allclose(
        _complete(levels[:, order]).levels, _complete(levels).levels[:, order], rtol=1e-12
    )
