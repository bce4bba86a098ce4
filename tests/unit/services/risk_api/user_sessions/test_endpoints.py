"""What the routes of sessions declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.user_sessions.endpoints import router
from routes_of import declared


def test_reading_and_ending_are_different_permissions() -> None:
    """Whoever may see who is signed in may not therefore end it."""
    assert declared(router) == {
        ("GET", ""): {"sessions:read"},
        ("POST", "/{session_id}/end"): {"sessions:write"},
    }
