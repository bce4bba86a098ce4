"""The API as a whole."""

import pytest
from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from plimsoll.services.risk_api.app import ROUTERS
from plimsoll.services.risk_api.requirements import is_public, required
from plimsoll.services.risk_api.routes import ApiRouter
from probe_api import PROBE, client_of, probe_app

pytestmark = pytest.mark.anyio

OPEN_TO_ALL = {
    "GET /livez",
    "GET /readyz",
    "GET /startupz",
    "GET /sign-in",
    "GET /sign-in.js",
    "GET /account",
    "GET /account.js",
    "GET /programs.js",
    "GET /step-up.js",
    "POST /sign-in",
    "POST /sign-in/email",
    "POST /sign-in/factor",
    "POST /sign-in/factor/challenge",
    "POST /sign-in/first-administrator",
    "POST /sign-in/forgotten",
    "POST /sign-in/invitation",
    "POST /sign-in/link",
    "POST /sign-in/password",
    "POST /sign-in/reset",
    "POST /sign-out",
    "GET /sign-in/provider/{provider_id}",
    "GET /sign-in/back",
    "GET /sign-in/providers",
    "GET /.well-known/jwks.json",
    "POST /api/v1/tokens",
    "POST /api/v1/tokens/client",
    "POST /api/v1/tokens/factor",
    "POST /api/v1/tokens/refresh",
    "POST /api/v1/tokens/revoke",
    "GET /page.css",
    "GET /page.js",
    "GET /icon.svg",
    "GET /api/v1/openapi.json",
    "GET /api/v1/docs",
}


def endpoint() -> None:
    """Do nothing."""


def test_a_route_that_declares_nothing_stops_the_start() -> None:
    """The error names method and path."""
    router = ApiRouter("forgotten")
    router.get("/it")(endpoint)
    with pytest.raises(RuntimeError, match=r"GET /api/v1/forgotten/it declares neither"):
        probe_app(routers=(router,))


def test_a_route_that_goes_round_the_checks_stops_the_start() -> None:
    """Neither a plain route nor a router inside the router is let through."""
    plain, nested, other = ApiRouter("plain"), ApiRouter("nested"), APIRouter()
    plain.add_route("/it", lambda _: PlainTextResponse("x"))
    other.get("/it")(endpoint)
    nested.include_router(other)
    for router in (plain, nested):
        with pytest.raises(RuntimeError):
            probe_app(routers=(router,))


def test_what_is_open_to_all_is_listed_here() -> None:
    """A new public route is a decision: this list changes with it."""
    app = probe_app(routers=ROUTERS)
    found = {
        f"{method} {route.path}"
        for route in app.api_routes
        if is_public(route.dependant) and not required(route.dependant)
        for method in route.methods or ()
    }
    assert found == OPEN_TO_ALL


async def test_there_is_nothing_but_our_routes() -> None:
    """The framework's own pages, which load scripts from elsewhere, are not there."""
    async with client_of(probe_app()) as client:
        for path in ("/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect", "/metrics", "/"):
            assert (await client.get(path)).status_code == 404


async def test_long_answers_are_compressed() -> None:
    """A client that takes gzip gets it, another does not, and caches keep them apart."""
    async with client_of(probe_app()) as client:
        packed = await client.get(f"{PROBE}/open", headers={"accept-encoding": "gzip"})
        plain = await client.get(f"{PROBE}/open", headers={"accept-encoding": "identity"})
        short = await client.get("/livez", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["vary"]
    assert packed.text == plain.text
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in short.headers


def test_the_document_is_made_once() -> None:
    """It is the same object each time, also of another application with the same routes."""
    assert probe_app().openapi() is probe_app().openapi()
    assert probe_app(routers=ROUTERS).openapi() is not probe_app().openapi()
