"""What the routes of oneself declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.me.endpoints import router
from plimsoll.services.risk_api.requirements import needs_sign_in, needs_step_up
from plimsoll.services.risk_api.routes import ApiRoute


def test_being_signed_in_is_enough() -> None:
    """No route asks for a permission; a new address needs a fresh sign-in."""
    routes = [route for route in router.routes if isinstance(route, ApiRoute)]
    assert all(needs_sign_in(route.dependant) for route in routes)
    assert [route.name for route in routes if needs_step_up(route.dependant)] == ["change_my_email"]
