"""Routes found by the shape of a path, where the framework would try one after the other."""

from collections import defaultdict
from collections.abc import Iterable

from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from plimsoll.services.risk_api.routes import ApiRoute

__all__ = ["RouteIndex"]

_Shape = tuple[str, int, str]

_RESOURCE = 3  # the part of /api/v1/portfolios/… that says most


class RouteIndex:
    """Hands a request to the route that fits, as the framework's own search would find it, only sooner.

    With a hundred routes that search takes longer than a cached answer.

    Parameters
    ----------
    routes
        In the order in which they are tried.
    otherwise
        The framework's router; it gets what no route fits, and what is no request of HTTP.
    """

    def __init__(self, routes: Iterable[ApiRoute], otherwise: ASGIApp) -> None:
        self._otherwise = otherwise
        self._routes: defaultdict[_Shape, list[ApiRoute]] = defaultdict(list)
        for route in routes:
            for method in route.methods or ():
                self._routes[_shape(method, route.path_format)].append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        route = self.find(scope) if scope["type"] == "http" else None
        if route is None:
            await self._otherwise(scope, receive, send)
        else:
            await route.handle(scope, receive, send)

    def find(self, scope: Scope) -> ApiRoute | None:
        """Return the first route that fits a request, whose scope then says so; None if none does."""
        for route in self._routes.get(_shape(scope["method"], scope["path"]), ()):
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.update(found)
                return route
        return None


def _shape(method: str, path: str) -> _Shape:
    parts = path.split("/")
    # Outside /api/v1 the first part says most; what comes third may be a parameter there.
    telling = _RESOURCE if path.startswith("/api/") and len(parts) > _RESOURCE else 1
    return method, len(parts), parts[telling] if len(parts) > telling else path
