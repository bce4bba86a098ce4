"""Portfolios on the wire."""

import pytest

from plimsoll.wire.model import WireModel
from plimsoll.wire.portfolios import (
    NewPortfolio,
    Portfolio,
    PortfolioBranch,
    PortfolioChanges,
    PortfolioPage,
    PortfolioTree,
)
from wire_examples import survives


@pytest.mark.parametrize(
    "model", [NewPortfolio, PortfolioChanges, Portfolio, PortfolioPage, PortfolioBranch, PortfolioTree]
)
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(model)


def test_a_change_tells_left_out_from_null() -> None:
    """A parent that is left out stays; null moves the portfolio to the top."""
    assert "parent_id" not in PortfolioChanges.model_validate({"name": "B"}).model_fields_set
    assert "parent_id" in PortfolioChanges.model_validate({"parent_id": None}).model_fields_set
