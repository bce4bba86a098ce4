"""Signing a browser in at a provider: it is sent there, and comes back with a code."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from plimsoll.data.store import providers
from plimsoll.data.store.look_ups import tenant_named
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.performance.overload import Priority
from plimsoll.security.throttle import Tried
from plimsoll.services.risk_api.context import ApiContext, Context
from plimsoll.services.risk_api.cookies import keep_device, keep_session, origin_of
from plimsoll.services.risk_api.effort import effort
from plimsoll.services.risk_api.guesses import guesses_of
from plimsoll.services.risk_api.requirements import Public
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.services.risk_api.second_steps import second_step
from plimsoll.wire.model import WireModel
from plimsoll.workflows.single_sign_on import ON_THE_WAY, Return, come_back, send_to

__all__ = [
    "OfferedProvider",
    "OfferedProviders",
    "WayBack",
    "from_provider",
    "offered_providers",
    "router",
    "to_provider",
    "way_back",
]

router = ApiRouter("single-sign-on", prefix="")

_BACK = "/sign-in/back"
_COOKIE = "plimsoll-provider"
_MOST_OFFERED = 10
_Text = Annotated[str, Field(max_length=4000)]


class OfferedProvider(WireModel):
    """A provider at which a browser may sign in."""

    name: str
    sign_in: str


class OfferedProviders(WireModel):
    """The providers of a tenant."""

    items: tuple[OfferedProvider, ...]


class WayBack(WireModel):
    """With what a browser comes back; nobody reads what providers add, but unknown parameters are refused."""

    state: _Text = ""
    code: _Text = ""
    iss: _Text = ""
    authuser: _Text = ""
    error: _Text = ""
    error_description: _Text = ""
    error_uri: _Text = ""
    hd: _Text = ""
    prompt: _Text = ""
    scope: _Text = ""
    session_state: _Text = ""


@router.get("/sign-in/providers", dependencies=[Public], include_in_schema=False)
async def offered_providers(
    request: Request,
    context: Context,
    tenant: Annotated[str, Query(max_length=200, description="Empty for that of the installation")] = "",
) -> OfferedProviders:
    """List at which providers people of a tenant may sign in: at none, if there is no such tenant."""
    whose = await tenant_named(context.database, tenant) if tenant else LOCAL_TENANT
    if whose is None:
        await guesses_of(request).count(origin_of(request).address, Tried.LINK)
    async with context.database.session(whose) as session:
        found = await providers.page(session, after=None, limit=_MOST_OFFERED)
    return OfferedProviders(
        items=tuple(
            OfferedProvider(name=record.name, sign_in=f"/sign-in/provider/{record.id}") for record in found
        )
    )


@router.get("/sign-in/provider/{provider_id}", dependencies=[Public], include_in_schema=False)
@effort(priority=Priority.WRITE)
async def to_provider(provider_id: UUID, request: Request, context: Context) -> Response:
    """Send a browser to a provider."""
    now = context.clock()
    sent = await send_to(context.database, context.outward, provider_id, back_to=way_back(context), now=now)
    answer = RedirectResponse(sent.url, 303, {"Cache-Control": "no-store"})
    answer.set_cookie(
        _name(request),
        sent.browser,
        max_age=int(ON_THE_WAY.total_seconds()),
        path="/",
        secure=request.scope["scheme"] == "https",
        httponly=True,
        samesite="lax",  # the way back comes from another site
    )
    return answer


@router.get(_BACK, dependencies=[Public], include_in_schema=False)
@effort(priority=Priority.WRITE)
async def from_provider(back: Annotated[WayBack, Query()], request: Request, context: Context) -> Response:
    """Sign in a browser that comes back from a provider."""
    came = Return(back.state, back.code, back.iss, request.cookies.get(_name(request), ""))
    made = await come_back(
        context.database,
        context.outward,
        second_step(context, request),
        came,
        back_to=way_back(context),
        origin=origin_of(request),
        now=context.clock(),
    )
    answer = RedirectResponse("/account", 303, {"Cache-Control": "no-store"})
    answer.delete_cookie(
        _name(request),
        path="/",
        secure=request.scope["scheme"] == "https",
        httponly=True,
        samesite="lax",
    )
    keep_session(request, answer, made.token)
    keep_device(request, answer, made.device)
    return answer


def way_back(context: ApiContext) -> str:
    """Return where a provider sends people back to: where we were told to be, not what a request says."""
    return f"{context.address}{_BACK}"


def _name(request: Request) -> str:
    return f"__Host-{_COOKIE}" if request.scope["scheme"] == "https" else _COOKIE
