"""ETags: clients keep what has not changed, and change only what they have seen."""

import hashlib
import re
from typing import Annotated

from fastapi import Header
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.services.risk_api.at_once import at_once
from plimsoll.services.risk_api.problems import ProblemError

__all__ = ["ExpectedVersion", "etag", "expected_version", "not_modified", "tagged"]

_TAG = re.compile(r'(?:W/)?"([^"\x00-\x20\x7f]*)"')
_VERSION = re.compile(r'"([1-9][0-9]{0,8})"')


def etag(value: str | int) -> str:
    """Return the ``ETag`` of a version number or a hash.

    Examples
    --------
    >>> etag(3)
    '"3"'
    """
    return f'"{value}"'


def not_modified(request: Request, tag: str) -> Response | None:
    """Return the answer 304 if the client has this version already, else None.

    Parameters
    ----------
    request
        Whose ``If-None-Match`` counts; tags are compared weakly, as RFC 9110 wants it.
    tag
        From `etag`.
    """
    offered = request.headers.get("if-none-match", "")
    known = offered.strip() == "*" or tag.strip('"') in _TAG.findall(offered)
    return Response(status_code=304, headers={"ETag": tag}) if known else None


def tagged(request: Request, answer: Response) -> Response:
    """Return an answer to a read with an ``ETag``, or 304 if the client has this very content.

    Parameters
    ----------
    request
        A read.
    answer
        One that has a tag keeps it, another one gets the hash of its content; a stream or an error stays as
        it is.
    """
    body = getattr(answer, "body", None)
    if answer.status_code != 200 or body is None:
        return answer
    tag = answer.headers.get("etag")
    if tag is None:
        tag = etag(hashlib.blake2b(body, digest_size=16).hexdigest())
        answer.headers["ETag"] = tag
    return not_modified(request, tag) or answer


def expected_version(
    if_match: Annotated[
        str | None, Header(description="ETag of the version that is to be changed", examples=['"1"'])
    ] = None,
) -> int:
    """Read the version that the client has seen, from ``If-Match``.

    Raises
    ------
    ProblemError
        428 if the header is missing; 412 if it is no version of ours.
    """
    if if_match is None:
        remedy = "Read it, and send its ETag as If-Match."
        raise ProblemError(428, "precondition-required", "A change must say what it changes.", remedy=remedy)
    found = _VERSION.fullmatch(if_match.strip())
    if found is None:
        remedy = "Read it, and send its one ETag as it came."
        raise ProblemError(
            412, "precondition-failed", "If-Match is not an ETag of this resource.", remedy=remedy
        )
    return int(found.group(1))


ExpectedVersion = Annotated[int, at_once(expected_version)]
