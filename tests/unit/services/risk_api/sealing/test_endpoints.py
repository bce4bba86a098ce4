"""What the routes of secrets declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.sealing.endpoints import router
from routes_of import declared


def test_reading_and_changing_are_different_permissions() -> None:
    """Whoever may see how secrets are sealed may not therefore change their keys."""
    write = {"secrets:write"}
    assert declared(router) == {
        ("GET", ""): {"secrets:read"},
        ("POST", "/rotate"): write,
        ("POST", "/reseal"): write,
    }
