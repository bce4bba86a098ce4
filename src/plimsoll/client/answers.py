"""What an answer means: a message of the contract, or one of our errors."""

from collections.abc import Callable
from typing import TypeVar

import httpx2
from pydantic import ValidationError

from plimsoll.errors import (
    ConflictError,
    DataError,
    FourEyesError,
    InfectedError,
    NotFoundError,
    PermissionDeniedError,
    PlimsollError,
    PreconditionError,
    UnavailableError,
    UsageError,
)
from plimsoll.wire.model import WireModel
from plimsoll.wire.problem import Problem

__all__ = ["message", "refusal", "unreachable"]

_Message = TypeVar("_Message", bound=WireModel)

_BY_STATUS: dict[int, type[PlimsollError]] = {
    401: PermissionDeniedError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    412: PreconditionError,
    428: PreconditionError,
}
_BY_CODE: dict[str, type[PlimsollError]] = {
    error.code: error
    for error in (
        ConflictError,
        DataError,
        FourEyesError,
        InfectedError,
        NotFoundError,
        PermissionDeniedError,
        PreconditionError,
        UnavailableError,
        UsageError,
    )
}


def message(kind: type[_Message]) -> Callable[[httpx2.Response], _Message]:
    """Return the reader of one kind of message; fields of a newer server are passed over.

    Parameters
    ----------
    kind
        A message of `plimsoll.wire`.

    Returns
    -------
    callable
        From an answer to the message; raises UnavailableError if the answer is no such message.
    """

    def read(response: httpx2.Response) -> _Message:
        try:
            return kind.model_validate_json(response.content, extra="ignore")
        except ValidationError as error:
            where = f"{response.request.method} {response.request.url.path}"
            remedy = "Check that the URL is that of a Plimsoll API, and that client and server fit."
            raise UnavailableError(f"{where}: the answer is no {kind.__name__}", remedy=remedy) from error

    return read


def refusal(response: httpx2.Response) -> PlimsollError:
    """Return the error that an answer of status 400 or more stands for.

    The code of a problem decides which class it is, as :mod:`plimsoll.errors` has it; other codes go by the
    status. The id of the request is a note of the error.

    Parameters
    ----------
    response
        An answer.
    """
    try:
        problem = Problem.model_validate_json(response.content, extra="ignore")
    except ValidationError:
        return _class(response.status_code, "")(
            f"the server answers {response.status_code} {response.reason_phrase}",
            remedy="Check that the URL is that of a Plimsoll API.",
        )
    text = problem.detail.rstrip(".") or problem.title
    fields = "; ".join(f"{found.field}: {found.message}" for found in problem.violations)
    error = _class(response.status_code, problem.code)(
        f"{text}: {fields}" if fields else text, remedy=problem.remedy
    )
    error.add_note(f"request {problem.request_id}, code {problem.code}")
    return error


def unreachable(url: str, error: httpx2.RequestError) -> UnavailableError:
    """Return the error for a server that does not answer.

    Parameters
    ----------
    url
        Of the server.
    error
        What went wrong on the way.
    """
    slow = isinstance(error, httpx2.TimeoutException)
    what = "did not answer in time" if slow else "cannot be reached"
    remedy = "Start it with plimsoll up, and check the URL."
    return UnavailableError(f"the risk API at {url} {what}", remedy="" if slow else remedy)


def _class(status: int, code: str) -> type[PlimsollError]:
    by_status = _BY_STATUS.get(status, UnavailableError if status >= 500 else UsageError)
    return _BY_CODE.get(code, by_status)
