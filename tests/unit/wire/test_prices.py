"""Prices as messages."""

import pytest

from plimsoll.wire import prices
from wire_examples import survives


@pytest.mark.parametrize("model", [prices.LastPrice, prices.LastPricePage, prices.PriceSeries])
def test_the_examples_survive(model: type) -> None:
    """Each example is valid and the same after a journey as JSON."""
    assert survives(model)
