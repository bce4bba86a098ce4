"""Every exception as a problem: which status and code it has, and what of it a client may see."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import DataError, PlimsollError, ThrottledError
from plimsoll.services.risk_api.echoes import texts, without_echo
from plimsoll.services.risk_api.problems import ProblemError, problem_response
from plimsoll.services.risk_api.violations import violations
from plimsoll.wire.problem import Violation

__all__ = ["STATUS", "install_error_handlers"]

STATUS: Mapping[str, int] = MappingProxyType(
    {
        "bad-data": 422,
        "conflict": 409,
        "forbidden": 403,
        "four-eyes": 403,
        "infected": 422,
        "not-found": 404,
        "precondition-failed": 412,
        "rate-limited": 429,
        "unauthenticated": 401,
        "unavailable": 503,
        "usage": 422,
    }
)
"""HTTP status of each `code` of `plimsoll.errors`; any other is 500."""

_HTTP_CODES = {404: "not-found", 405: "method-not-allowed", 413: "body-too-large"}
_DETAILS = {404: "There is nothing at this path.", 405: "This path has other methods."}
_RETRY = {"Retry-After": "1"}


def install_error_handlers(app: FastAPI) -> None:
    """Turn all exceptions that are raised on purpose into problems.

    Exceptions that nobody raised on purpose are caught in `plimsoll.services.risk_api.entry`.
    """

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        return problem_response(
            request, error if isinstance(error, ProblemError) else _of_http(request, error)
        )

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        found = violations(error.errors(), request.app.names)
        problem = ProblemError(422, "invalid", "Some fields cannot be accepted.", violations=found)
        return problem_response(request, problem)

    @app.exception_handler(PlimsollError)
    async def on_purpose(request: Request, error: PlimsollError) -> Response:
        return problem_response(request, _of_purpose(request, error))

    @app.exception_handler(OperationalError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(PoolTimeoutError)
    async def database(request: Request, _: Exception) -> Response:
        detail = "The database does not answer."
        return problem_response(request, ProblemError(503, "unavailable", detail, headers=_RETRY))


def _of_http(request: Request, error: HTTPException) -> ProblemError:
    status = error.status_code
    code = _HTTP_CODES.get(status, "invalid" if status < 500 else "internal")
    headers = dict(error.headers or {})
    if status == 405:
        headers["Allow"] = ", ".join(sorted(_allowed(request)))
    return ProblemError(status, code, _DETAILS.get(status, ""), headers=headers)


def _allowed(request: Request) -> set[str]:
    """Return the methods of all routes at this path; the framework knows those of one."""
    routes: tuple[APIRoute, ...] = request.app.api_routes
    found = {
        method
        for route in routes
        if route.path_regex.match(request.scope["path"])
        for method in route.methods or ()
    }
    return found | {"HEAD"} if "GET" in found else found


def _of_purpose(request: Request, error: PlimsollError) -> ProblemError:
    status = STATUS.get(error.code)
    if status is None:
        raise error
    sent = frozenset(_sent(request)) - request.app.names - _own_names(request)
    row = error.row if isinstance(error, DataError) else None
    place = () if row is None else (Violation(field=f"row {row}", message="It cannot be used"),)
    return ProblemError(
        status,
        error.code,
        without_echo(error.message, sent),
        remedy=without_echo(error.remedy, sent),
        violations=place,
        headers=_headers(status, error),
    )


def _headers(status: int, error: PlimsollError) -> Mapping[str, str]:
    if isinstance(error, ThrottledError):
        return {"Retry-After": str(error.seconds)}
    return _RETRY if status == 503 else {}


def _own_names(request: Request) -> frozenset[str]:
    """Return the fields that the body of this route has, whether the API document shows it or not."""
    field = getattr(request.scope.get("route"), "body_field", None)
    message = getattr(getattr(field, "field_info", None), "annotation", None)
    return frozenset(getattr(message, "model_fields", ()))


def _sent(request: Request) -> Iterator[str]:
    """Yield the texts that the client sent in path, query and JSON body."""
    yield from map(str, request.path_params.values())
    yield from request.query_params.values()
    yield from texts(getattr(request.state, "document", None))
