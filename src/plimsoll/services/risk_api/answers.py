"""Messages as HTTP answers, with the headers that clients steer by."""

from starlette.responses import Response

from plimsoll.services.risk_api.etags import etag
from plimsoll.wire.model import WireModel

__all__ = ["answer", "created"]


def answer(message: WireModel, *, tag: str | int | None = None, status: int = 200) -> Response:
    """Return the message as JSON.

    Parameters
    ----------
    message
        What is sent.
    tag
        Version number or hash for the ``ETag``; None for no tag.
    status
        HTTP status.
    """
    headers = {} if tag is None else {"ETag": etag(tag)}
    return Response(message.model_dump_json().encode(), status, headers, media_type="application/json")


def created(message: WireModel, *, location: str, tag: str | int | None = None) -> Response:
    """Return the answer 201 for something new.

    Parameters
    ----------
    message
        The new thing.
    location
        Its path, such as ``/api/v1/portfolios/…``.
    tag
        As for `answer`.
    """
    made = answer(message, tag=tag, status=201)
    made.headers["Location"] = location
    return made
