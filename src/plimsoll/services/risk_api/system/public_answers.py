"""What takes neither a database nor knowing who asks: health, the API page and its parts, its document."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from plimsoll.services.risk_api.static_files import page, static_file
from plimsoll.services.risk_api.system.api_page import api_page

__all__ = ["api_document_file", "docs_page", "health", "icon_file", "script_file", "style_file"]


def health(well: bool) -> Response:
    """Say whether all is well, and no more: which part is not is for those who are signed in."""
    return Response("ok\n" if well else "not ready\n", 200 if well else 503, media_type="text/plain")


def docs_page(document: Mapping[str, Any], *, signed_in: bool = False) -> Response:
    """Return the page of an API document."""
    return page(api_page(document, signed_in=signed_in))


def api_document_file(document: Mapping[str, Any]) -> Response:
    """Return an API document."""
    return JSONResponse(document)


def style_file() -> Response:
    """Return the style of the pages."""
    return static_file(__package__, "page.css", "text/css")


def script_file() -> Response:
    """Return what the scripts of the pages share."""
    return static_file(__package__, "page.js", "text/javascript")


def icon_file() -> Response:
    """Return the sign of the pages: a Plimsoll line."""
    return static_file(__package__, "icon.svg", "image/svg+xml")
