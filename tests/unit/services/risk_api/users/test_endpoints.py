"""What the routes of people declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.requirements import needs_step_up
from plimsoll.services.risk_api.routes import ApiRoute
from plimsoll.services.risk_api.users.endpoints import router
from routes_of import declared


def test_reading_and_changing_are_different_permissions() -> None:
    """Whoever may see who is there may not therefore let others in."""
    read, write = {"users:read"}, {"users:write"}
    assert declared(router) == {
        ("POST", ""): write,
        ("GET", ""): read,
        ("GET", "/{user_id}"): read,
        ("PATCH", "/{user_id}"): write,
        ("POST", "/{user_id}/invitation"): write,
    }


def test_changes_need_a_fresh_sign_in() -> None:
    """All of them."""
    routes = [route for route in router.routes if isinstance(route, ApiRoute)]
    assert {route.name: needs_step_up(route.dependant) for route in routes} == {
        "invite_user": True,
        "list_users": False,
        "get_user": False,
        "change_user": True,
        "invite_user_again": True,
    }
