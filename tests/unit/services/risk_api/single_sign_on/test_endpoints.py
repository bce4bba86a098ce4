"""What the routes of single sign-on declare; what they do is tested in tests/security."""

from plimsoll.services.risk_api.requirements import is_public
from plimsoll.services.risk_api.routes import ApiRoute
from plimsoll.services.risk_api.single_sign_on.endpoints import router
from routes_of import declared


def test_whoever_signs_in_is_nobody_yet() -> None:
    """The routes are public, and say so."""
    paths = ("/sign-in/provider/{provider_id}", "/sign-in/back")
    assert declared(router) == {("GET", path): set() for path in paths}
    assert all(is_public(route.dependant) for route in router.routes if isinstance(route, ApiRoute))
