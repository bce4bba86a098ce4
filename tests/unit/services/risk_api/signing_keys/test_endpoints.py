"""What the routes of signing keys declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.signing_keys.endpoints import router
from routes_of import declared


def test_only_the_public_keys_are_public() -> None:
    """Who may look at the ring may not therefore turn it."""
    assert declared(router) == {
        ("GET", "/.well-known/jwks.json"): set(),
        ("GET", "/api/v1/signing-keys"): {"keys:read"},
        ("POST", "/api/v1/signing-keys/rotate"): {"keys:write"},
    }
