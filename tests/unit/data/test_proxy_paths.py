"""A proxied series keeps its volatility and its correlation, whatever it is compared with, and how often."""

import numpy as np
import pytest
from numpy.typing import NDArray

from plimsoll.data.proxy_paths import ProxyPath, average_of_others, proxy_path

Moves = NDArray[np.float64]

_DATES = np.datetime64("2019-01-01") + np.arange(2001)


def _moves(width: int, correlation: float, *, seed: int = 1) -> Moves:
    """Return moves of volatility 1 % with one correlation between any two series."""
    random = np.random.default_rng(seed)
    common, own = random.standard_normal((2000, 1)), random.standard_normal((2000, width))
    return np.asarray(0.01 * (np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own))


def _one_kind(count: int) -> NDArray[np.int64]:
    return np.zeros(count, np.int64)


def _point(moves: Moves, start: int = 0, step: int = 1) -> Moves:
    """Return a series with these moves, observed from `start` on at each `step` dates."""
    levels = np.concatenate([[0.0], np.cumsum(moves)])
    point = np.full(len(levels), np.nan)
    point[start::step] = levels[start::step]
    return point


def _path(point: Moves, moves: Moves) -> ProxyPath:
    """Return the path of `point` along the average of all `moves`."""
    average = average_of_others(
        np.column_stack([np.full(2000, np.nan), moves]), _one_kind(moves.shape[1] + 1)
    )
    path = proxy_path(point, _DATES, [(average.value[:, 0], average.strength[:, 0])], least=20)
    assert path is not None
    return path


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("members", [1, 2, 16])
def test_the_strength_is_the_variance(correlation: float, members: int) -> None:
    """The value has the variance k / (1 + (k - 1) r), within five standard errors, whatever the members k."""
    moves = _moves(17, correlation)
    moves[1000:, 1 + members :] = np.nan  # the first half has all 16 others, the second only some
    average = average_of_others(moves, _one_kind(17))
    expected = members / (1 + (members - 1) * correlation)
    assert (average.value[1000:, 0] ** 2).mean() == pytest.approx(expected, rel=5 * np.sqrt(2 / 1000))
    assert average.strength[1500, 0] == pytest.approx(expected, rel=0.15)


def test_averages_are_of_one_kind() -> None:
    """Other kinds, series that never move and dates without a move are in no average."""
    moves = np.column_stack([[0.1, np.nan, 0.1], [np.nan, 0.2, 0.2], [0.0, 0.0, 0.0], [5.0, 6.0, 7.0]])
    average = average_of_others(moves, np.array([0, 0, 0, 1]))
    np.testing.assert_array_equal(average.value[:, 0], [np.nan, 1.0, 1.0])
    np.testing.assert_array_equal(average.value[:, 2], [1.0, 1.0, 2.0 * average.strength[2, 2] / 2])
    assert np.isnan(average.value[:, 3]).all()


@pytest.mark.parametrize("correlation", [0.3, 0.8])
@pytest.mark.parametrize(("before", "after"), [(1, 16), (16, 1), (4, 4)])
def test_the_number_of_peers_changes_neither_volatility_nor_correlation(
    correlation: float, before: int, after: int
) -> None:
    """A series that starts late has its volatility and its correlation with each peer before that too."""
    moves = _moves(17, correlation)
    peers = moves[:, 1:].copy()
    peers[:1000, before:] = np.nan
    peers[1000:, after:] = np.nan
    early = _path(_point(moves[:, 0], start=1000), peers).moves[:999]
    assert early.std() == pytest.approx(0.01, rel=0.08)
    pairs = [np.corrcoef(early, peers[:999, j])[0, 1] for j in range(before)]
    assert np.mean(pairs) == pytest.approx(correlation, abs=0.08)


@pytest.mark.parametrize("truth", [-0.5, 0.0, 0.3])
def test_the_sign_of_noise_is_no_hedge(truth: float) -> None:
    """Over many samples of 100 moves the proxied correlation is the true one, never plus or minus one."""
    found = []
    for seed in range(60):
        random = np.random.default_rng([3, seed])
        peer = random.standard_normal(2000)
        own = truth * peer + np.sqrt(1 - truth**2) * random.standard_normal(2000)
        path = _path(_point(own, start=1900), peer[:, None])
        found.append(np.corrcoef(path.moves[:1800], peer[:1800])[0, 1])
        assert path.compared == 100
        assert found[-1] == pytest.approx(path.correlation, abs=0.12)
    assert np.mean(found) == pytest.approx(truth, abs=5 * 0.1 / np.sqrt(60))


@pytest.mark.parametrize("step", [5, 21])
def test_weekly_and_monthly_prices_are_compared_over_their_own_dates(step: int) -> None:
    """Sparse prices give the volatility and the correlation of a day, within five standard errors."""
    moves = _moves(5, 0.5)
    path = _path(_point(moves[:, 0], step=step), moves[:, 1:])
    assert path.compared == 2000 // step
    error = 5 / np.sqrt(2000 // step)
    truth = 0.5 * np.sqrt(4 / 2.5)  # of a series with the average of four: r · √(k / (1 + (k - 1) r))
    assert path.correlation == pytest.approx(truth, abs=error * (1 - truth**2) + 0.01)
    assert path.moves.std() == pytest.approx(0.01, rel=error / np.sqrt(2) + 0.02)


def test_what_moves_together_stays_together() -> None:
    """Two series that are alike, but not like the peers, are alike also where they are proxied."""
    random = np.random.default_rng(5)
    peer, common = random.standard_normal((2000, 1)), random.standard_normal(2000)
    one, other = (common + 0.5 * random.standard_normal(2000) for _ in range(2))
    early = [
        _path(_point(own, start), peer).moves[:1000]
        for own, start in ((one, 1000), (other, 1000), (one, 1200))
    ]
    assert np.corrcoef(early[0], early[1])[0, 1] == pytest.approx(0.8, abs=0.05)  # 1 / (1 + 0.25)
    assert np.corrcoef(early[0], early[2])[0, 1] == pytest.approx(
        0.8, abs=0.08
    )  # 800 of 1000 dates in common


def test_a_perfect_peer_leaves_no_rest() -> None:
    """A multiple of the peer follows it exactly; a series that stands still stands still."""
    moves = _moves(1, 0.0)
    turned = _path(_point(-3 * moves[:, 0], start=900), moves)
    np.testing.assert_allclose(turned.moves, -3 * moves[:, 0], rtol=1e-9)
    assert turned.correlation == pytest.approx(-1, rel=1e-12)
    still = _path(_point(0 * moves[:, 0], start=900), moves)
    assert not still.moves.any()
    assert still.correlation == 0


def test_too_few_moves_and_averages_without_size_are_no_proxy() -> None:
    """Twenty comparable moves are needed, over which the average is known and moves."""
    moves = _moves(1, 0.0)
    value, strength = moves[:, 0], np.ones(2000)
    point = _point(moves[:, 0], start=1980)
    assert proxy_path(point, _DATES, [(value, strength)], least=20) is not None
    assert proxy_path(point, _DATES, [(0 * value, strength)], least=20) is None
    assert proxy_path(np.full(2001, np.nan), _DATES, [(value, strength)], least=20) is None
    unknown = value.copy()
    unknown[-1] = np.nan
    assert proxy_path(point, _DATES, [(unknown, strength)], least=20) is None


def test_the_next_average_serves_where_the_first_is_silent() -> None:
    """Where nobody of its kind moved, a series follows all others, with its correlation to these."""
    moves = _moves(2, 0.0)
    first, strength = moves[:, 0].copy(), np.ones(2000)
    first[:500] = np.nan
    point = _point(2 * moves[:, 0] - 3 * moves[:, 1], start=1000)
    both = proxy_path(point, _DATES, [(first, strength), (moves[:, 1], strength)], least=20)
    alone = [proxy_path(point, _DATES, [(each, strength)], least=20) for each in (first, moves[:, 1])]
    assert both is not None
    assert alone[0] is not None
    assert alone[1] is not None
    np.testing.assert_array_equal(both.moves[:500], alone[1].moves[:500])
    np.testing.assert_array_equal(both.moves[500:], alone[0].moves[500:])
    assert both.correlation == alone[0].correlation > 0 > alone[1].correlation
