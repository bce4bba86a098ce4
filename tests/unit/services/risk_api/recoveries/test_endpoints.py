"""What the routes of recoveries declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.recoveries.endpoints import router
from routes_of import declared


def test_who_changes_people_recovers_them() -> None:
    """Reading and deciding are different permissions."""
    read, write = {"users:read"}, {"users:write"}
    assert declared(router) == {
        ("POST", ""): write,
        ("GET", ""): read,
        ("GET", "/{recovery_id}"): read,
        ("POST", "/{recovery_id}/approve"): write,
        ("POST", "/{recovery_id}/refuse"): write,
    }
