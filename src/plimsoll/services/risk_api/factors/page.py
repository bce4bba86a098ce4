"""The page on which people see to their own factors."""

from starlette.responses import Response

from plimsoll.services.risk_api.requirements import Public
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.services.risk_api.static_files import page_file, static_file

__all__ = ["account_page", "account_script", "router"]

router = ApiRouter("factors", prefix="")


@router.get("/account", dependencies=[Public], include_in_schema=False)
async def account_page() -> Response:
    """Show the page; it knows nothing of its reader until its script has asked."""
    return page_file(__package__, "account.html")


@router.get("/account.js", dependencies=[Public], include_in_schema=False)
async def account_script() -> Response:
    """Send the script of that page."""
    return static_file(__package__, "account.js", "text/javascript")
