"""Files of users as answers that no browser runs, frames or shows as a page."""

from urllib.parse import quote

from starlette.responses import Response

from plimsoll.services.risk_api.etags import etag

__all__ = ["download"]


def download(content: bytes, *, name: str, media_type: str, tag: str) -> Response:
    """Return a file to be saved.

    Parameters
    ----------
    content
        Whatever somebody has uploaded.
    name
        What they called it; it stands in a header, percent-encoded.
    media_type
        One that browsers do not show, such as ``text/csv``.
    tag
        For the ``ETag``.
    """
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "ETag": etag(tag),
    }
    return Response(content, headers=headers, media_type=media_type)
