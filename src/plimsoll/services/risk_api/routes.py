"""Routes that check who calls, and what is asked, before they read a byte of the body."""

from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.security.permissions import Permission
from plimsoll.services.risk_api.authentication import authenticated
from plimsoll.services.risk_api.authorisation import authorize, is_narrowed
from plimsoll.services.risk_api.context import context_of
from plimsoll.services.risk_api.effort import effort_of
from plimsoll.services.risk_api.etags import tagged
from plimsoll.services.risk_api.kept_answers import KeptAnswers, keeping_of
from plimsoll.services.risk_api.problems import ProblemError
from plimsoll.services.risk_api.rate_limiting import RateLimiting
from plimsoll.services.risk_api.request_limits import MAX_UPLOAD
from plimsoll.services.risk_api.requirements import (
    is_public,
    needs_sign_in,
    needs_step_up,
    required,
)
from plimsoll.services.risk_api.sockets import Conversation, SocketRoute
from plimsoll.services.risk_api.strict_request import MAX_JSON, MAX_PUBLIC_JSON, StrictRequest
from plimsoll.services.risk_api.uploads import accepted
from plimsoll.wire.problem import Violation

__all__ = ["API_PREFIX", "ApiRoute", "ApiRouter"]

API_PREFIX = "/api/v1"

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class ApiRoute(APIRoute):
    """A route that authenticates, authorises and refuses unknown query parameters first.

    What it reads has an ``ETag``, from the endpoint or by its content.
    """

    __eq__ = object.__eq__  # the framework compares paths; what is made from a route is kept under the route
    __hash__ = object.__hash__

    def get_route_handler(self) -> _Handler:
        """Return the endpoint behind its checks."""
        handler = super().get_route_handler()
        self._permissions = required(self.dependant)
        self._signed_in = needs_sign_in(self.dependant)
        self._step_up = needs_step_up(self.dependant)
        self._public = is_public(self.dependant) and not self._permissions and not self._signed_in
        self._cost = effort_of(self.endpoint).cost
        self.keeping = None if self._public else keeping_of(self.endpoint)
        parameters = frozenset(_query_names(self.dependant))
        files = accepted(self.dependant)
        limit = MAX_UPLOAD if files else MAX_PUBLIC_JSON if self._public else MAX_JSON
        media_types = tuple(files) or (("application/json",) if self.body_field else ())
        is_read = "GET" in (self.methods or ()) and self.path_format.startswith(API_PREFIX)

        async def checked(request: Request) -> Response:
            await self.admit(request)
            _refuse_unknown(request, parameters)

            async def made(asked: Request) -> Response:
                strict = StrictRequest(asked.scope, asked.receive, limit=limit, media_types=media_types)
                answer = await handler(strict)
                return tagged(asked, answer) if is_read else answer

            # What is kept is the answer to those who see the whole tenant.
            if self.keeping is None or is_narrowed(request):
                return await made(request)
            answers: KeptAnswers = request.state.answers
            return await answers.answer(request, request.state.principal.tenant, self.keeping, made)

        return checked

    async def admit(self, request: Request) -> None:
        """Let a request pass whose caller is known, has the permission and has not asked for too much.

        A request is checked and charged once, however often this is called.

        Raises
        ------
        ProblemError
            401, 403 or 429.
        """
        state = request.scope["state"]
        if state.get("route") == self.path_format:
            if "refusal" in state:
                raise state["refusal"]
            return
        state["route"] = self.path_format
        if self._public:
            return
        try:
            await self._admit(request)
        except ProblemError as error:
            state["refusal"] = error
            raise

    async def _admit(self, request: Request) -> None:
        principal = await authenticated(request)
        # Known from here on, also where the request is refused: the audit counts who is refused what.
        request.scope["state"]["caller"] = principal
        if not (self._permissions or self._signed_in):
            raise ProblemError(403, "forbidden", "A permission is missing for this.")
        authorize(request, principal, self._permissions)
        if self._step_up and not principal.is_stepped_up(context_of(request).clock()):
            remedy = "Show again who you are at /api/v1/me/step-up, then repeat the request."
            raise ProblemError(403, "step-up-required", "This needs a fresh sign-in.", remedy=remedy)
        request.scope["state"]["principal"] = principal
        limiting: RateLimiting = request.scope["state"]["rate_limiting"]
        limiting.charge(request, principal, self._cost)


class ApiRouter(APIRouter):
    """The routes of one resource.

    Parameters
    ----------
    resource
        What comes after ``/api/v1/``, and the tag of its operations in the API document.
    prefix
        Instead of ``/api/v1/{resource}``.
    """

    def __init__(self, resource: str, *, prefix: str | None = None) -> None:
        super().__init__(
            prefix=f"{API_PREFIX}/{resource}" if prefix is None else prefix,
            tags=[resource],
            route_class=ApiRoute,
            redirect_slashes=False,
            generate_unique_id_function=lambda route: route.name,
        )

    def socket(self, path: str, *, permission: Permission) -> Callable[[Conversation], Conversation]:
        """Add a WebSocket at a path below that of the resource, for those who have the permission."""

        def add(conversation: Conversation) -> Conversation:
            self.routes.append(SocketRoute(self.prefix + path, conversation, permission=permission))
            return conversation

        return add


def _query_names(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        annotation = field.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from (inner.alias or name for name, inner in annotation.model_fields.items())
        else:
            yield field.alias
    for inner in dependant.dependencies:
        yield from _query_names(inner)


def _refuse_unknown(request: Request, known: frozenset[str]) -> None:
    """Refuse misspelt parameters, which would be ignored, and repeated ones, of which one would win."""
    if not request.scope["query_string"]:
        return
    names = [name for name, _ in request.query_params.multi_items()]
    if set(names) <= known and len(set(names)) == len(names):
        return
    violations = [
        Violation(field=f"query.{name}", message="May be given once")
        for name in known
        if names.count(name) > 1
    ]
    if not set(names) <= known:
        violations.append(
            Violation(field="query", message=f"Only these are known: {', '.join(sorted(known)) or 'none'}")
        )
    raise ProblemError(422, "invalid", "A query parameter is unknown or repeated.", violations=violations)
