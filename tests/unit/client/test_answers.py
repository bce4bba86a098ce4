"""What an answer means."""

import httpx2
import pytest

from plimsoll.client.answers import message, refusal, unreachable
from plimsoll.errors import (
    ConflictError,
    DataError,
    NotFoundError,
    PermissionDeniedError,
    PlimsollError,
    PreconditionError,
    UnavailableError,
    UsageError,
)
from plimsoll.wire.problem import Problem, Violation
from plimsoll.wire.system import System

REQUEST = httpx2.Request("GET", "http://127.0.0.1/api/v1/system")


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, "unauthenticated", PermissionDeniedError),
        (403, "forbidden", PermissionDeniedError),
        (404, "not-found", NotFoundError),
        (409, "conflict", ConflictError),
        (412, "precondition-failed", PreconditionError),
        (428, "precondition-required", PreconditionError),
        (422, "bad-data", DataError),
        (422, "invalid", UsageError),
        (413, "body-too-large", UsageError),
        (500, "internal", UnavailableError),
        (503, "unavailable", UnavailableError),
    ],
)
def test_a_problem_is_one_of_our_errors(status: int, code: str, error: type[PlimsollError]) -> None:
    """The code says which error it is; codes of HTTP alone go by their status."""
    problem = Problem(title="Title", status=status, code=code, request_id="1", remedy="Mend it.")
    found = refusal(httpx2.Response(status, content=problem.model_dump_json(), request=REQUEST))
    assert type(found) is error
    assert (found.message, found.remedy) == ("Title", "Mend it.")
    assert found.__notes__ == [f"request 1, code {code}"]


def test_violations_are_named() -> None:
    """Each field that cannot be accepted is in the message."""
    wrong = (Violation(field="name", message="Field required"), Violation(field="b", message="No"))
    problem = Problem(title="T", status=422, code="invalid", detail="It cannot be.", violations=wrong)
    found = refusal(httpx2.Response(422, content=problem.model_dump_json(), request=REQUEST))
    assert found.message == "It cannot be: name: Field required; b: No"


def test_an_error_of_another_server() -> None:
    """An answer that is no problem is reported by its status."""
    found = refusal(httpx2.Response(502, content=b"<html>", request=REQUEST))
    assert isinstance(found, UnavailableError)
    assert found.message == "the server answers 502 Bad Gateway"


def test_messages_of_a_newer_server_are_read() -> None:
    """Unknown fields of an answer are passed over; a message without its fields is refused."""
    known = System(version="1", ready={}, principal="p", permissions=())
    newer = known.model_dump_json().replace("{", '{"colour": "red", ', 1)
    assert message(System)(httpx2.Response(200, content=newer, request=REQUEST)) == known
    with pytest.raises(UnavailableError, match="GET /api/v1/system: the answer is no System"):
        message(System)(httpx2.Response(200, content=b"{}", request=REQUEST))


def test_no_answer_at_all() -> None:
    """A slow server is told from one that is not there."""
    assert "in time" in str(unreachable("u", httpx2.ReadTimeout("")))
    assert "cannot be reached" in str(unreachable("u", httpx2.ConnectError("")))
