"""The API as an OpenAPI 3.1 document, complete with its problems."""

from functools import lru_cache
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from fastapi.openapi.utils import get_openapi

from plimsoll.services.risk_api.effort import effort_of
from plimsoll.services.risk_api.problems import PROBLEM_TITLES, PROBLEM_TYPE
from plimsoll.services.risk_api.requirements import needs_sign_in, needs_step_up, required
from plimsoll.services.risk_api.routes import ApiRoute
from plimsoll.services.risk_api.uploads import accepted
from plimsoll.wire.problem import Problem

__all__ = ["TITLE", "VERSION", "api_document"]

TITLE = "Plimsoll risk API"
VERSION = version("plimsoll-risk")

_DESCRIPTION = """Portfolios, prices, risk runs and what follows from them.

Errors are `application/problem+json` (RFC 9457) with a stable `code`; lists come in pages with a link to the
`next` one; a changed resource is protected by its `ETag` and `If-Match`; a creation that carries an
`Idempotency-Key` may be repeated safely. Unknown fields and parameters are refused."""

_ID = "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10"
_STREAM = "text/event-stream"  # never over, so that it has no tag
_CODES = {
    400: "bad-json",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    409: "conflict",
    412: "precondition-failed",
    413: "body-too-large",
    415: "unsupported-media-type",
    422: "invalid",
    428: "precondition-required",
    429: "rate-limited",
    500: "internal",
    503: "unavailable",
}
_SECURITY = {
    "apiKey": {"type": "http", "scheme": "bearer", "description": "API key (plk_…) or access token"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "plimsoll",
        "description": "Set by the sign-in link",
    },
}


@lru_cache(maxsize=4)
def api_document(routes: tuple[ApiRoute, ...]) -> dict[str, Any]:
    """Describe the routes; made once, for it takes a second.

    Parameters
    ----------
    routes
        Those with ``include_in_schema`` are described.

    Returns
    -------
    dict
        The document, ready to be sent as JSON, and not to be changed.
    """
    document = get_openapi(
        title=TITLE, version=VERSION, description=_DESCRIPTION, openapi_version="3.1.0", routes=routes
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update({**problem.pop("$defs", {}), "Problem": problem})
    components["securitySchemes"] = _SECURITY
    components["responses"] = {f"Problem{status}": _problem(status, code) for status, code in _CODES.items()}
    for route in routes:
        for method in (route.methods or ()) if route.include_in_schema else ():
            _complete(document["paths"][route.path_format][method.lower()], route)
    return document


def _complete(operation: dict[str, Any], route: ApiRoute) -> None:
    permissions = sorted(permission.value for permission in required(route.dependant))
    signed_in = needs_sign_in(route.dependant)
    operation["security"] = [{scheme: []} for scheme in _SECURITY] if permissions or signed_in else []
    if permissions or signed_in:
        operation["x-permissions"] = permissions
        operation["x-cost"] = effort_of(route.endpoint).cost
    if needs_step_up(route.dependant):
        operation["x-step-up"] = True
    if files := accepted(route.dependant):
        schema = {"type": "string", "format": "binary"}
        shown = {
            kind: {"schema": schema} | ({} if example is None else {"example": example})
            for kind, example in files.items()
        }
        operation["requestBody"] = {"required": True, "content": shown}
    for parameter in operation.get("parameters", ()):
        if parameter["schema"].get("format") == "uuid":
            parameter.setdefault("example", _ID)
    responses = operation["responses"]
    if "GET" in (route.methods or ()) and _STREAM not in responses["200"].get("content", {}):
        responses.setdefault("304", {"description": "The client has it already"})
    responses.pop("422", None)
    for status in _statuses(operation, route):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})


def _statuses(operation: dict[str, Any], route: ApiRoute) -> set[int]:
    """Return with which problems an operation may answer."""
    found = {400, 422, 500, 503}
    names = {parameter["name"].lower() for parameter in operation.get("parameters", ())}
    if operation["security"]:
        found |= {401, 403, 429}
    if "{" in route.path_format or any(map(_is_reference, operation.get("parameters", ()))):
        found |= {404}
    if "if-match" in names:
        found |= {409, 412, 428}
    if "idempotency-key" in names:
        found |= {404, 409}
    if "requestBody" in operation:
        found |= {413, 415}
    return found


def _is_reference(parameter: dict[str, Any]) -> bool:
    """Return whether a parameter names another thing by its id."""
    schema = parameter["schema"]
    return any(choice.get("format") == "uuid" for choice in (schema, *schema.get("anyOf", ())))


def _problem(status: int, code: str) -> dict[str, Any]:
    example = {
        "type": f"/api/v1/docs#{code}",
        "title": PROBLEM_TITLES[code],
        "status": status,
        "code": code,
        "request_id": "0197a3c24f107c3e9d5b2f6f3a1c8e10",
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {PROBLEM_TYPE: {"schema": schema, "example": example}}
    return {"description": HTTPStatus(status).phrase, "content": content}
