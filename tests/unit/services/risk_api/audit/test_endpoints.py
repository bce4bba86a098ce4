"""What the routes of the audit declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.audit.endpoints import router
from routes_of import declared


def test_the_audit_is_for_auditors() -> None:
    """Reading and taking away are two permissions; nothing writes events from outside."""
    assert declared(router) == {
        ("GET", "/events"): {"audit:read"},
        ("GET", "/verification"): {"audit:read"},
        ("GET", "/export"): {"audit:export"},
        ("POST", "/rotate-key"): {"secrets:write"},
    }
