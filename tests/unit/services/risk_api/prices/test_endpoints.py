"""What the routes of prices declare; tests/integration/risk_api has what they do."""

from plimsoll.services.risk_api.prices.endpoints import router
from routes_of import declared


def test_reading_prices_is_one_right() -> None:
    """It is that of the price sets."""
    assert declared(router) == {("GET", path): {"prices:read"} for path in ("", "/series")}
