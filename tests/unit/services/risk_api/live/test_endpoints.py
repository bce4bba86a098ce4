"""What the routes of live risk declare; what they do is tested in tests/integration/live."""

from plimsoll.security.permissions import Permission
from plimsoll.services.risk_api.live.endpoints import router
from plimsoll.services.risk_api.sockets import SocketRoute
from routes_of import declared


def test_listening_and_sending_are_different_permissions() -> None:
    """Whoever may read live numbers sends no ticks."""
    assert declared(router) == {
        ("GET", "/portfolios/{portfolio_id}"): {"live:read"},
        ("GET", "/portfolios/{portfolio_id}/stream"): {"live:read"},
    }
    sockets = [route for route in router.routes if isinstance(route, SocketRoute)]
    assert [(route.path, route.permission) for route in sockets] == [
        ("/api/v1/live/ticks", Permission.TICKS_WRITE)
    ]
