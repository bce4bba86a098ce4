"""What the routes of webhooks declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.webhooks.endpoints import router
from routes_of import declared


def test_reading_and_changing_are_different_permissions() -> None:
    """Whoever may see where events go may not therefore send them elsewhere."""
    read, write = {"webhooks:read"}, {"webhooks:write"}
    one = "/{webhook_id}"
    assert declared(router) == {
        ("POST", ""): write,
        ("GET", ""): read,
        ("GET", one): read,
        ("DELETE", one): write,
        ("POST", f"{one}/rotate"): write,
        ("POST", f"{one}/enable"): write,
        ("GET", f"{one}/deliveries"): read,
        ("POST", f"{one}/replay"): write,
        ("POST", f"{one}/deliveries/{{delivery_id}}/replay"): write,
    }
