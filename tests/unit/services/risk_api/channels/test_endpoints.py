"""What the routes of channels declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.channels.endpoints import router
from routes_of import declared


def test_reading_and_changing_are_different_permissions() -> None:
    """Whoever may see how people are told may not therefore tell them."""
    read, write = {"channels:read"}, {"channels:write"}
    one = "/{channel_id}"
    assert declared(router) == {
        ("POST", ""): write,
        ("GET", ""): read,
        ("GET", one): read,
        ("PATCH", one): write,
        ("DELETE", one): write,
        ("POST", f"{one}/test"): write,
    }
