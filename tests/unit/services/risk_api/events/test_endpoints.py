"""What the routes of events declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.events.endpoints import router
from routes_of import declared


def test_events_are_for_those_who_may_read_them() -> None:
    """There is one route, and nobody writes events from outside."""
    assert declared(router) == {("GET", ""): {"events:read"}}
