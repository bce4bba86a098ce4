"""What the routes of teams declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.teams.endpoints import router
from routes_of import declared


def test_looking_and_changing_are_different_permissions() -> None:
    """Whoever may see teams makes and changes none."""
    read, write = {"teams:read"}, {"teams:write"}
    assert declared(router) == {
        ("GET", ""): read,
        ("POST", ""): write,
        ("GET", "/{team_id}"): read,
        ("PATCH", "/{team_id}"): write,
        ("DELETE", "/{team_id}"): write,
    }
