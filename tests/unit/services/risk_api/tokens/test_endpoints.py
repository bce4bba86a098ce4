"""What the routes of tokens declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.requirements import is_public
from plimsoll.services.risk_api.routes import ApiRoute
from plimsoll.services.risk_api.tokens.endpoints import router
from routes_of import declared


def test_whoever_signs_in_is_nobody_yet() -> None:
    """The routes are public, and say so."""
    paths = ("", "/client", "/factor", "/refresh", "/revoke")
    assert declared(router) == {("POST", path): set() for path in paths}
    assert all(is_public(route.dependant) for route in router.routes if isinstance(route, ApiRoute))
