"""What the routes of breaches declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.breaches.endpoints import router
from routes_of import declared


def test_reading_and_acting_are_different_permissions() -> None:
    """Whoever may read breaches may not therefore act on them."""
    read, write = {"breaches:read"}, {"breaches:write"}
    assert declared(router) == {
        ("GET", ""): read,
        ("GET", "/{breach_id}"): read,
        ("GET", "/{breach_id}/history"): read,
        ("POST", "/{breach_id}/acknowledge"): write,
        ("POST", "/{breach_id}/remedy"): write,
        ("POST", "/{breach_id}/comments"): write,
        ("POST", "/{breach_id}/waive"): write,
        ("POST", "/{breach_id}/close"): write,
    }
