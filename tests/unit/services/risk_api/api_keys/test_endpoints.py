"""What the routes of API keys declare; what they do is tested in tests/integration/risk_api."""

from plimsoll.services.risk_api.api_keys.endpoints import router
from routes_of import declared


def test_reading_and_revoking_are_different_permissions() -> None:
    """Nothing makes a key here: that happens at its account."""
    one = "/{key_id}"
    assert declared(router) == {
        ("GET", ""): {"keys:read"},
        ("GET", one): {"keys:read"},
        ("POST", f"{one}/revoke"): {"keys:write"},
    }
