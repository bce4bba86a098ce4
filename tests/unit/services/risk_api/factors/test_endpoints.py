"""What the routes of factors declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.factors.endpoints import router
from plimsoll.services.risk_api.requirements import is_public, needs_sign_in, needs_step_up
from plimsoll.services.risk_api.routes import ApiRoute
from routes_of import declared


def test_everybody_has_their_own() -> None:
    """No permission is needed, so that an administrator without a factor can get one; but somebody is."""
    routes = [route for route in router.routes if isinstance(route, ApiRoute)]
    assert set().union(*declared(router).values()) == set()
    assert all(needs_sign_in(route.dependant) and not is_public(route.dependant) for route in routes)


def test_changes_need_a_fresh_sign_in() -> None:
    """All but looking, and typing the code that ends what was begun with one."""
    routes = [route for route in router.routes if isinstance(route, ApiRoute)]
    free = {route.name for route in routes if not needs_step_up(route.dependant)}
    assert free == {"list_factors", "confirm_factor"}
