"""An exchange rate is found as a column, turned round, or through a third currency."""

import numpy as np
import pytest

from plimsoll.data.fx import find_rate, pair_of

_EURUSD = np.array([1.1, 1.2, np.nan])
_EURGBP = np.array([0.8, np.nan, 0.9])


@pytest.mark.parametrize(
    "name", ["EURUSD", "EUR/USD", "EURUSD=X", "EURUSD Curncy", "eur-usd", "EUR.USD", "EUR_USD"]
)
def test_ways_to_name_a_pair(name: str) -> None:
    """The spellings of the usual vendors are one pair, in both directions."""
    prices = _EURUSD[:, None]
    straight, turned = find_rate([name], prices, "EUR", "USD"), find_rate([name], prices, "USD", "EUR")
    assert straight is not None
    assert turned is not None
    np.testing.assert_array_equal(straight.levels, _EURUSD)
    np.testing.assert_array_equal(turned.levels, 1 / _EURUSD)
    assert straight.how == ("" if name == "EURUSD" else f"taken from {name}")
    assert turned.how == f"the inverse of {name}"


def test_yahoo_leaves_the_dollar_out() -> None:
    """JPY=X is yen per dollar."""
    rate = find_rate(["JPY=X"], np.array([[150.0]]), "USD", "JPY")
    assert rate is not None
    assert rate.levels.tolist() == [150.0]


@pytest.mark.parametrize("name", ["AAPL", "EURUS", "EURUSDX", ""])
def test_what_is_no_pair(name: str) -> None:
    """A name that is not two currencies is none."""
    assert pair_of(name) is None


def test_a_cross_is_a_product() -> None:
    """GBPUSD = EURUSD / EURGBP, known where both are."""
    rate = find_rate(["EURUSD", "EURGBP"], np.column_stack([_EURUSD, _EURGBP]), "GBP", "USD")
    assert rate is not None
    np.testing.assert_allclose(rate.levels, [1.1 / 0.8, np.nan, np.nan], rtol=1e-15)
    assert rate.how == "crossed through EUR from EURGBP and EURUSD"
    assert rate.columns == ("EURGBP", "EURUSD")


@pytest.mark.parametrize(
    ("middles", "chosen"), [("JPY EUR USD", "USD"), ("JPY EUR", "EUR"), ("JPY AUD", "AUD"), ("JPY", "JPY")]
)
def test_crosses_prefer_the_dollar_then_the_euro(middles: str, chosen: str) -> None:
    """Of several ways through a third currency the most liquid is taken, else the first of the alphabet."""
    names = [currency + middle for middle in middles.split() for currency in ("GBP", "CHF")]
    rate = find_rate(names, np.ones((1, len(names))), "GBP", "CHF")
    assert rate is not None
    assert f"through {chosen} " in rate.how


def test_a_pair_without_data_is_not_there() -> None:
    """Empty and zero columns are passed over; zeros are no rates."""
    names = ["EURUSD", "USDEUR"]
    rate = find_rate(names, np.array([[np.nan, 0.8], [0.0, 0.0]]), "EUR", "USD")
    assert rate is not None
    np.testing.assert_array_equal(rate.levels, [1.25, np.nan])
    assert find_rate(names, np.full((2, 2), np.nan), "EUR", "USD") is None


def test_a_plain_name_goes_first() -> None:
    """Two columns of one pair: the one named as the factor is taken."""
    rate = find_rate(["EUR/USD", "EURUSD"], np.array([[1.0, 2.0]]), "EUR", "USD")
    assert rate is not None
    assert rate.levels.tolist() == [2.0]


def test_a_cross_without_common_dates_is_none() -> None:
    """Two rates that are never known together make no third."""
    prices = np.array([[1.1, np.nan], [np.nan, 0.8]])
    assert find_rate(["EURUSD", "EURGBP"], prices, "GBP", "USD") is None
    assert find_rate(["EURUSD", "EURGBP"], prices, "GBP", "JPY") is None
