"""What the routes of the SMS policy declare; the rest is tested in tests/integration/risk_api."""

from plimsoll.services.risk_api.sms_policy.endpoints import router
from routes_of import declared


def test_who_changes_people_changes_what_they_may_use() -> None:
    """Reading and changing are different permissions."""
    assert declared(router) == {("GET", ""): {"users:read"}, ("PUT", ""): {"users:write"}}
