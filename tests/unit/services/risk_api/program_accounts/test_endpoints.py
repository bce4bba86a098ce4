"""What the routes of service accounts declare; what they do is tested in tests/integration/risk_api."""

from plimsoll.services.risk_api.program_accounts.endpoints import router
from routes_of import declared


def test_accounts_and_their_keys_are_different_permissions() -> None:
    """Whoever may make an account may not therefore act as it."""
    one = "/{account_id}"
    assert declared(router) == {
        ("POST", ""): {"accounts:write"},
        ("GET", ""): {"accounts:read"},
        ("GET", one): {"accounts:read"},
        ("PATCH", one): {"accounts:write"},
        ("POST", f"{one}/keys"): {"keys:write"},
        ("GET", f"{one}/keys"): {"keys:read"},
    }
