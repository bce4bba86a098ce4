"""Signing in with the one-time link, and out again."""

from fastapi import Request
from pydantic import Field
from starlette.responses import Response

from plimsoll.services.risk_api.authentication import cookie_name, refuse_other_sites
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.problems import ProblemError
from plimsoll.services.risk_api.requirements import Public
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.services.risk_api.sign_in import LIFE_OF_SESSION
from plimsoll.services.risk_api.static_files import page_file, static_file
from plimsoll.wire.model import WireModel

__all__ = ["Link", "router", "sign_in", "sign_in_page", "sign_in_script", "sign_out"]

router = ApiRouter("sessions", prefix="")


class Link(WireModel):
    """What the one-time link carries."""

    token: str = Field(max_length=64, description="What stands after # in the link")


@router.get("/sign-in", dependencies=[Public], include_in_schema=False)
async def sign_in_page() -> Response:
    """Show the page that takes the token out of the link."""
    return page_file(__package__, "sign_in.html")


@router.get("/sign-in.js", dependencies=[Public], include_in_schema=False)
async def sign_in_script() -> Response:
    """Send the script of that page."""
    return static_file(__package__, "sign_in.js", "text/javascript")


@router.post("/sign-in", dependencies=[Public], include_in_schema=False)
async def sign_in(link: Link, request: Request, context: Context) -> Response:
    """Turn a link, once, into a session of this browser."""
    refuse_other_sites(request)
    session = context.sign_in.redeem(link.token)
    if session is None:
        raise ProblemError(401, "unauthenticated", "The link was used already or is too old.")
    answer = Response(status_code=204)
    scheme = request.scope["scheme"]
    answer.set_cookie(
        cookie_name(scheme),
        session,
        max_age=int(LIFE_OF_SESSION.total_seconds()),
        path="/",
        secure=scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return answer


@router.post("/sign-out", dependencies=[Public], include_in_schema=False)
async def sign_out(request: Request, context: Context) -> Response:
    """End the session of this browser."""
    refuse_other_sites(request)
    name = cookie_name(request.scope["scheme"])
    context.sign_in.sign_out(request.cookies.get(name, ""))
    answer = Response(status_code=204)
    answer.delete_cookie(name, path="/", secure=name.startswith("__Host-"), httponly=True, samesite="strict")
    return answer
