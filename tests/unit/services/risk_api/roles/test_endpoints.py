"""What the routes of roles declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.roles.endpoints import router
from routes_of import declared


def test_looking_and_changing_are_different_permissions() -> None:
    """Whoever may see roles makes and changes none."""
    read, write = {"roles:read"}, {"roles:write"}
    assert declared(router) == {
        ("GET", ""): read,
        ("POST", ""): write,
        ("GET", "/{role_id}"): read,
        ("PATCH", "/{role_id}"): write,
        ("DELETE", "/{role_id}"): write,
    }
