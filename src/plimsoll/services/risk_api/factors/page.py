"""The page on which people see to their own account, and to the keys of programs."""

from starlette.responses import Response

from plimsoll.services.risk_api.requirements import Public
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.services.risk_api.static_files import page_file, static_file

__all__ = ["account_page", "account_script", "programs_script", "router", "step_up_script"]

router = ApiRouter("factors", prefix="")


@router.get("/account", dependencies=[Public], include_in_schema=False)
async def account_page() -> Response:
    """Show the page; it knows nothing of its reader until its script has asked."""
    return page_file(__package__, "account.html")


@router.get("/account.js", dependencies=[Public], include_in_schema=False)
async def account_script() -> Response:
    """Send the script of that page."""
    return static_file(__package__, "account.js", "text/javascript")


@router.get("/programs.js", dependencies=[Public], include_in_schema=False)
async def programs_script() -> Response:
    """Send the script of its part about programs."""
    return static_file(__package__, "programs.js", "text/javascript")


@router.get("/step-up.js", dependencies=[Public], include_in_schema=False)
async def step_up_script() -> Response:
    """Send the script that asks again for a proof."""
    return static_file(__package__, "step-up.js", "text/javascript")
