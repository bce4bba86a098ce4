"""Health for whoever watches the process, the API document, and what the server is."""

from importlib.metadata import version
from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from plimsoll.security.addresses import is_loopback
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.authentication import authenticated, cookie_name
from plimsoll.services.risk_api.context import Context, context_of, readiness_of
from plimsoll.services.risk_api.requirements import Public, Require
from plimsoll.services.risk_api.routes import API_PREFIX, ApiRouter
from plimsoll.services.risk_api.system.public_answers import (
    api_document_file,
    docs_page,
    health,
    icon_file,
    script_file,
    style_file,
)
from plimsoll.wire.system import System

__all__ = [
    "alive",
    "docs",
    "document",
    "icon",
    "ready",
    "router",
    "shared_script",
    "started",
    "style",
    "system",
]

router = ApiRouter("system", prefix="")


@router.get("/livez", dependencies=[Public], include_in_schema=False)
async def alive() -> Response:
    """Say that the event loop turns; nothing else is asked, for a restart would mend nothing else."""
    return health(True)


@router.get("/readyz", dependencies=[Public], include_in_schema=False)
async def ready(request: Request) -> Response:
    """Say whether requests can be served; which part cannot is for those who are signed in."""
    return health(all((await readiness_of(request).ask()).values()))


@router.get("/startupz", dependencies=[Public], include_in_schema=False)
async def started(request: Request) -> Response:
    """Say whether the start is over: tables of this version, and nothing left to prepare."""
    migrated = (await readiness_of(request).ask())["migrations"]
    return health(migrated and not context_of(request).start_up.pending)


@router.get(f"{API_PREFIX}/system", summary="What the server is and how it is")
async def system(
    request: Request, context: Context, principal: Annotated[Principal, Require[Permission.SYSTEM_READ]]
) -> System:
    """Return the version, the state of each part, and who asks."""
    return System(
        version=version("plimsoll-risk"),
        ready=await readiness_of(request).ask(),
        starting=context.start_up.pending,
        breakers={name: breaker.state.value for name, breaker in context.breakers.items()},
        principal=principal.name,
        permissions=tuple(sorted(permission.value for permission in principal.permissions)),
    )


@router.get(f"{API_PREFIX}/openapi.json", dependencies=[Public], include_in_schema=False)
async def document(request: Request) -> Response:
    """Send the OpenAPI document; to other machines only if they say who they are."""
    await _refuse_strangers(request)
    return api_document_file(request.app.openapi())


@router.get(f"{API_PREFIX}/docs", dependencies=[Public], include_in_schema=False)
async def docs(request: Request) -> Response:
    """Show the API as a page; to other machines only if they say who they are."""
    await _refuse_strangers(request)
    signed_in = cookie_name(request.scope["scheme"]) in request.cookies
    return docs_page(request.app.openapi(), signed_in=signed_in)


@router.get("/page.css", dependencies=[Public], include_in_schema=False)
async def style() -> Response:
    """Send the style of the pages."""
    return style_file()


@router.get("/page.js", dependencies=[Public], include_in_schema=False)
async def shared_script() -> Response:
    """Send what the scripts of the pages share."""
    return script_file()


@router.get("/icon.svg", dependencies=[Public], include_in_schema=False)
async def icon() -> Response:
    """Send the sign of the pages: a Plimsoll line."""
    return icon_file()


async def _refuse_strangers(request: Request) -> None:
    if request.client is None or not is_loopback(request.client.host):
        await authenticated(request)
