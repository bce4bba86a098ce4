"""The short way (pure ASGI): an answer that is in memory goes out without the framework.

The caller is checked and charged by the route itself, as on the long way; whatever the short way cannot
answer goes the long one.
"""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from plimsoll.services.risk_api.authorisation import is_narrowed
from plimsoll.services.risk_api.kept_answers import KeptAnswers
from plimsoll.services.risk_api.problems import ProblemError
from plimsoll.services.risk_api.route_index import RouteIndex
from plimsoll.services.risk_api.routes import ApiRoute

__all__ = ["QuickAnswers"]


class QuickAnswers:
    """Answers requests whose answers are kept in memory.

    Parameters
    ----------
    app
        The next ASGI application: the long way.
    routes
        Of the application; those that keep answers count.
    """

    def __init__(self, app: ASGIApp, *, routes: Iterable[ApiRoute]) -> None:
        self.app = app
        self._kept = RouteIndex([route for route in routes if route.keeping is not None], app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        quick = await self._answer(scope, receive) if scope["type"] == "http" else None
        await (quick or self.app)(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response | None:
        route = self._kept.find(scope)
        if route is None or route.keeping is None:
            return None
        request = Request(scope, receive)
        try:
            await route.admit(request)
        except ProblemError:
            return None  # the long way says it as a problem
        if is_narrowed(request):
            return None  # what is kept is the answer to those who see the whole tenant
        state = scope["state"]
        answers: KeptAnswers = state["answers"]
        return answers.quick(request, state["principal"].tenant, route.keeping)
