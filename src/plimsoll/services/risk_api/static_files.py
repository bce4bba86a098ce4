"""The few files that belong to pages, read once and sent with the policy of their page."""

from functools import cache
from importlib.resources import files

from starlette.responses import Response

__all__ = ["PAGE_POLICY", "page", "page_file", "static_file"]

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Content policy of a page: its own scripts, styles and pictures, nothing inline, nothing from elsewhere."""


def page(html: str | bytes) -> Response:
    """Return an HTML page under `PAGE_POLICY`."""
    return Response(html, headers={"Content-Security-Policy": PAGE_POLICY}, media_type="text/html")


def page_file(package: str, name: str) -> Response:
    """Return an HTML page of ``static/`` in a package."""
    return page(_content(package, name))


def static_file(package: str, name: str, media_type: str) -> Response:
    """Return a file of ``static/`` in a package.

    Parameters
    ----------
    package
        Where the folder is.
    name
        Of the file; never from a request.
    media_type
        Its content type.
    """
    return Response(_content(package, name), media_type=media_type)


@cache
def _content(package: str, name: str) -> bytes:
    return files(package).joinpath("static", name).read_bytes()
