"""What the routes of schedules declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.schedules.endpoints import router
from routes_of import declared


def test_looking_and_changing_are_different_permissions() -> None:
    """Whoever may see schedules makes and changes none."""
    read, write = {"schedules:read"}, {"schedules:write"}
    assert declared(router) == {
        ("POST", ""): write,
        ("GET", ""): read,
        ("GET", "/{schedule_id}"): read,
        ("PATCH", "/{schedule_id}"): write,
        ("DELETE", "/{schedule_id}"): write,
    }
