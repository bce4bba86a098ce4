"""Problems."""

import json

from starlette.requests import Request

from plimsoll.services.risk_api.problems import PROBLEM_TITLES, PROBLEM_TYPE, ProblemError, problem_response
from plimsoll.wire.problem import Problem, Violation


def request() -> Request:
    """Return a request that has an id."""
    return Request({"type": "http", "headers": [], "state": {"request_id": "r1"}})


def test_a_problem_is_complete_and_private() -> None:
    """Type, title, status, code and id are there, in the content type of RFC 9457, and nobody keeps it."""
    violation = Violation(field="body.name", message="Field required")
    error = ProblemError(422, "invalid", "Wrong.", remedy="Mend it.", violations=[violation])
    answer = problem_response(request(), error)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == PROBLEM_TYPE
    assert answer.headers["cache-control"] == "no-store"
    assert Problem.model_validate_json(bytes(answer.body)) == Problem(
        type="/api/v1/docs#invalid",
        title=PROBLEM_TITLES["invalid"],
        status=422,
        detail="Wrong.",
        code="invalid",
        request_id="r1",
        remedy="Mend it.",
        violations=(violation,),
    )


def test_what_is_empty_is_left_out() -> None:
    """A problem without detail, remedy and violations has no such members."""
    answer = problem_response(request(), ProblemError(404, "not-found", headers={"X-More": "1"}))
    assert set(json.loads(bytes(answer.body))) == {"type", "title", "status", "code", "request_id"}
    assert answer.headers["x-more"] == "1"


def test_a_code_that_is_not_listed_has_the_title_of_its_status() -> None:
    """There is always a title."""
    answer = problem_response(request(), ProblemError(418, "teapot"))
    assert json.loads(bytes(answer.body))["title"] == "I'm a Teapot"


def test_codes_are_words_of_a_url() -> None:
    """Each code is an anchor of the API page."""
    assert all(code == code.lower() and code.replace("-", "").isalpha() for code in PROBLEM_TITLES)
