"""What the routes of alerts declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.alerts.endpoints import router
from routes_of import declared


def test_reading_and_acting_are_different_permissions() -> None:
    """Whoever may see alerts may not therefore settle them."""
    read, write = {"alerts:read"}, {"alerts:write"}
    acts = ("acknowledge", "snooze", "assign", "resolve")
    assert declared(router) == {
        ("GET", ""): read,
        ("GET", "/{alert_id}"): read,
        ("GET", "/{alert_id}/history"): read,
        **{("POST", f"/{{alert_id}}/{act}"): write for act in acts},
    }
