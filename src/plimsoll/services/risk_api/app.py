"""The HTTP API as one ASGI application."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.applications import Starlette
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from plimsoll.services.risk_api.alerts.endpoints import router as alerts
from plimsoll.services.risk_api.api_keys.endpoints import router as api_keys
from plimsoll.services.risk_api.audit.endpoints import router as audit
from plimsoll.services.risk_api.backfills.endpoints import router as backfills
from plimsoll.services.risk_api.breaches.endpoints import router as breaches
from plimsoll.services.risk_api.channels.endpoints import router as channels
from plimsoll.services.risk_api.context import ApiContext
from plimsoll.services.risk_api.deadlines import Deadlines
from plimsoll.services.risk_api.entry import SafeEntry
from plimsoll.services.risk_api.error_handlers import install_error_handlers
from plimsoll.services.risk_api.events.endpoints import router as events
from plimsoll.services.risk_api.factors.challenges import router as factor_challenges
from plimsoll.services.risk_api.factors.endpoints import router as factors
from plimsoll.services.risk_api.factors.of_users import router as factors_of_users
from plimsoll.services.risk_api.factors.page import router as account_page
from plimsoll.services.risk_api.grants.endpoints import router as grants
from plimsoll.services.risk_api.identity_providers.endpoints import router as identity_providers
from plimsoll.services.risk_api.imports.endpoints import router as imports
from plimsoll.services.risk_api.instruments.endpoints import router as instruments
from plimsoll.services.risk_api.jobs.endpoints import router as jobs
from plimsoll.services.risk_api.lifespan import lifespan_of
from plimsoll.services.risk_api.limits.endpoints import router as limits
from plimsoll.services.risk_api.live.endpoints import router as live
from plimsoll.services.risk_api.me.endpoints import router as me
from plimsoll.services.risk_api.openapi import TITLE, VERSION, api_document
from plimsoll.services.risk_api.overload import Door, Priorities
from plimsoll.services.risk_api.portfolios.endpoints import router as portfolios
from plimsoll.services.risk_api.price_sets.endpoints import router as price_sets
from plimsoll.services.risk_api.prices.endpoints import router as prices
from plimsoll.services.risk_api.program_accounts.endpoints import router as service_accounts
from plimsoll.services.risk_api.proxies import TrustedProxies
from plimsoll.services.risk_api.quick_answers import QuickAnswers
from plimsoll.services.risk_api.recoveries.endpoints import router as recoveries
from plimsoll.services.risk_api.request_limits import RequestLimits
from plimsoll.services.risk_api.requirements import is_public, needs_sign_in, required
from plimsoll.services.risk_api.risk_history.endpoints import router as risk_history
from plimsoll.services.risk_api.risk_runs.endpoints import router as risk_runs
from plimsoll.services.risk_api.roles.endpoints import router as roles
from plimsoll.services.risk_api.route_index import RouteIndex
from plimsoll.services.risk_api.routes import ApiRoute, ApiRouter
from plimsoll.services.risk_api.schedules.endpoints import router as schedules
from plimsoll.services.risk_api.sealing.endpoints import router as sealing
from plimsoll.services.risk_api.sessions.endpoints import router as sessions
from plimsoll.services.risk_api.shipped_document import shipped_document
from plimsoll.services.risk_api.signing_keys.endpoints import router as signing_keys
from plimsoll.services.risk_api.single_sign_on.endpoints import router as single_sign_on
from plimsoll.services.risk_api.sms_policy.endpoints import router as sms_policy
from plimsoll.services.risk_api.sockets import SocketRoute
from plimsoll.services.risk_api.system.endpoints import router as system
from plimsoll.services.risk_api.teams.endpoints import router as teams
from plimsoll.services.risk_api.tokens.endpoints import router as tokens
from plimsoll.services.risk_api.user_sessions.endpoints import router as user_sessions
from plimsoll.services.risk_api.users.endpoints import router as users
from plimsoll.services.risk_api.violations import known_names
from plimsoll.services.risk_api.webhooks.endpoints import router as webhooks

__all__ = ["ROUTERS", "RiskApi", "create_app"]

ROUTERS: tuple[ApiRouter, ...] = (
    portfolios,
    imports,
    instruments,
    price_sets,
    prices,
    risk_runs,
    risk_history,
    limits,
    breaches,
    jobs,
    backfills,
    schedules,
    live,
    system,
    sessions,
    alerts,
    events,
    channels,
    webhooks,
    users,
    user_sessions,
    service_accounts,
    api_keys,
    signing_keys,
    tokens,
    identity_providers,
    single_sign_on,
    me,
    audit,
    sealing,
    factors,
    factor_challenges,
    factors_of_users,
    account_page,
    recoveries,
    sms_policy,
    roles,
    teams,
    grants,
)
"""The resources; each folder beside this file has one in its ``endpoints.py``."""

_COMPRESSED_FROM = 1024


class RiskApi(FastAPI):
    """An application that describes itself as OpenAPI 3.1 with its problems and examples."""

    api_routes: tuple[ApiRoute, ...] = ()
    is_whole: bool = False
    """Whether it has all resources and no other ones."""

    def openapi(self) -> dict[str, Any]:
        """Return the API document."""
        return shipped_document() if self.is_whole else api_document(self.api_routes)

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of all parameters and properties: they are no secret of whoever sends them."""
        return known_names(self.openapi())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, without the framework's look for tracing at each: ours is in `SafeEntry`."""
        await Starlette.__call__(self, scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        """Return the layers round the routes: what the framework adds for errors is `SafeEntry` here."""
        stack: ASGIApp = AsyncExitStackMiddleware(RouteIndex(self.api_routes, self.router))
        stack = ExceptionMiddleware(stack, handlers=self.exception_handlers)
        for layer, arguments, options in reversed(self.user_middleware):
            stack = layer(stack, *arguments, **options)
        return stack


def create_app(context: ApiContext, routers: Sequence[ApiRouter] = ROUTERS) -> RiskApi:
    """Put the API together.

    Parameters
    ----------
    context
        What it needs to run; its database is closed when the API stops.
    routers
        The resources that it serves.

    Returns
    -------
    RiskApi
        To be served by granian, or in process through `plimsoll.services.risk_api.context.in_process`.

    Raises
    ------
    RuntimeError
        If a route declares neither a permission nor that being signed in is enough nor that it is public.
    """
    app = RiskApi(
        title=TITLE,
        version=VERSION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan_of(context),
    )
    for router in routers:
        app.api_routes += _declared(router)
        app.router.routes.extend(router.routes)
    app.is_whole = routers is ROUTERS
    install_error_handlers(app)
    app.add_middleware(GZipMiddleware, minimum_size=_COMPRESSED_FROM, compresslevel=5)
    app.add_middleware(QuickAnswers, routes=app.api_routes)
    app.add_middleware(Deadlines, metrics=context.metrics.overload)
    app.add_middleware(RequestLimits, hosts=context.hosts, loopback_only=context.loopback_only)
    app.add_middleware(SafeEntry, metrics=context.metrics, tracing=context.tracing)
    if context.proxies:
        app.add_middleware(TrustedProxies, networks=context.proxies)
    app.add_middleware(
        Door,
        admission=context.admission,
        priorities=Priorities(app.api_routes),
        metrics=context.metrics.overload,
    )
    return app


def _declared(router: ApiRouter) -> tuple[ApiRoute, ...]:
    """Return the routes, all of which say who may call them."""
    routes = tuple(route for route in router.routes if isinstance(route, ApiRoute))
    sockets = [route for route in router.routes if isinstance(route, SocketRoute)]
    if len(routes) + len(sockets) < len(router.routes):
        raise RuntimeError(f"a route of {router.prefix or '/'} goes round the checks of ApiRoute")
    for route in routes:
        said = (required, needs_sign_in, is_public)
        if not any(found(route.dependant) for found in said):
            methods = ",".join(sorted(route.methods or ()))
            raise RuntimeError(
                f"route {methods} {route.path} declares neither a permission nor SignedIn nor Public"
            )
    return routes
