"""What the routes of instruments declare; tests/integration/risk_api has what they do."""

from plimsoll.services.risk_api.instruments.endpoints import router
from routes_of import declared


def test_reading_and_changing_are_two_rights() -> None:
    """Who may look may not name."""
    reads = ("", "/{instrument_id}", "/{instrument_id}/held", "/{instrument_id}/history")
    assert declared(router) == {("GET", path): {"instruments:read"} for path in reads} | {
        ("PATCH", "/{instrument_id}"): {"instruments:write"}
    }
