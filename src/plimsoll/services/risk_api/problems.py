"""Errors as RFC 9457 problems: stable codes, a request id, and nothing of what the client sent."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response

from plimsoll.wire.problem import Problem, Violation

__all__ = ["PROBLEM_TITLES", "PROBLEM_TYPE", "ProblemError", "problem_response"]

PROBLEM_TYPE = "application/problem+json"

PROBLEM_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "bad-data": "A file or number cannot be used",
        "bad-header": "A header cannot be used",
        "bad-host": "The host is not served here",
        "bad-json": "The body is not acceptable JSON",
        "bad-path": "The path or query is not acceptable",
        "body-too-large": "The body is too large",
        "conflict": "In conflict with what is there",
        "cross-site": "Requests from other sites are refused",
        "deadline-exceeded": "The answer would come too late",
        "forbidden": "Not permitted",
        "four-eyes": "Another person must approve",
        "headers-too-large": "The headers are too large",
        "infected": "The file is infected",
        "internal": "Something went wrong here",
        "invalid": "The request cannot be accepted",
        "length-invalid": "The length of the body is not acceptable",
        "method-not-allowed": "The method is not allowed here",
        "not-found": "Not found",
        "not-local": "Only this machine is served",
        "overloaded": "Too much is asked at once",
        "precondition-failed": "It has changed meanwhile",
        "precondition-required": "If-Match is required",
        "rate-limited": "You ask for too much",
        "request-timeout": "The body did not arrive in time",
        "step-up-required": "Show again who you are",
        "unauthenticated": "Who are you?",
        "unavailable": "Something that is needed is not there",
        "unsupported-media-type": "The content type is not accepted here",
        "uri-too-long": "The URL is too long",
        "usage": "The request makes no sense",
    }
)
"""Each code, and its title; a code never changes its meaning."""


class ProblemError(HTTPException):
    """An answer that is an error.

    Parameters
    ----------
    status_code
        HTTP status, 4xx or 5xx.
    code
        One of `PROBLEM_TITLES`.
    detail
        What is wrong, in words of ours: never what the client sent.
    remedy
        What can be done about it.
    violations
        The fields that cannot be accepted.
    headers
        More headers of the answer.
    """

    def __init__(
        self,
        status_code: int,
        code: str,
        detail: str = "",
        *,
        remedy: str = "",
        violations: Sequence[Violation] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status_code, detail, dict(headers or {}))
        self.code = code
        self.remedy = remedy
        self.violations = tuple(violations)


def problem_response(request: HTTPConnection, error: ProblemError) -> Response:
    """Return the answer that the error stands for."""
    problem = Problem(
        type=f"/api/v1/docs#{error.code}",
        title=PROBLEM_TITLES.get(error.code, HTTPStatus(error.status_code).phrase),
        status=error.status_code,
        detail=error.detail,
        code=error.code,
        request_id=getattr(request.state, "request_id", ""),
        remedy=error.remedy,
        violations=error.violations,
    )
    return Response(
        problem.model_dump_json(exclude_defaults=True).encode(),
        error.status_code,
        headers={"Cache-Control": "no-store", **(error.headers or {})},
        media_type=PROBLEM_TYPE,
    )
