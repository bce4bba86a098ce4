"""What the routes of price sets declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.price_sets.endpoints import router
from routes_of import declared


def test_reading_and_writing_are_different_permissions() -> None:
    """Whoever may read prices may not therefore upload them."""
    assert declared(router) == {
        ("POST", ""): {"prices:write"},
        ("GET", ""): {"prices:read"},
        ("GET", "/{price_set_id}"): {"prices:read"},
    }
