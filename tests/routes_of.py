"""What the routes of a resource declare."""

from plimsoll.services.risk_api.requirements import required
from plimsoll.services.risk_api.routes import ApiRoute, ApiRouter


def declared(router: ApiRouter) -> dict[tuple[str, str], set[str]]:
    """Return the permissions of each route, by method and path after the prefix."""
    routes = [route for route in router.routes if isinstance(route, ApiRoute)]
    return {
        (method, route.path.removeprefix(router.prefix)): {one.value for one in required(route.dependant)}
        for route in routes
        for method in route.methods or ()
    }
