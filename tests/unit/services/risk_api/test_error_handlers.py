"""Exceptions as problems."""

from uuid import UUID

import pytest
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from plimsoll import errors
from plimsoll.data.store.database import Database
from plimsoll.errors import PlimsollError
from plimsoll.services.risk_api.error_handlers import STATUS
from plimsoll.services.risk_api.problems import PROBLEM_TITLES
from plimsoll.services.risk_api.requirements import Public
from plimsoll.services.risk_api.routes import ApiRouter
from probe_api import CANARY, PROBE, client_of, probe_app, sign_in

pytestmark = pytest.mark.anyio

FAILURES: dict[str, Exception] = {
    "operational": OperationalError("SELECT 1", {"a": CANARY}, Exception(CANARY)),
    "interface": InterfaceError("SELECT 1", {"a": CANARY}, Exception(CANARY)),
    "pool": PoolTimeoutError(CANARY),
    "http": HTTPException(418, CANARY),
    "http-500": HTTPException(500, CANARY),
}

failing = ApiRouter("failing")


@failing.get("/{how}", dependencies=[Public])
async def fail(how: str) -> Response:
    """Fail."""
    raise FAILURES[how]


def test_each_error_of_ours_has_a_status_and_a_title() -> None:
    """A new error class does not become a 500 by oversight."""
    kinds = {getattr(errors, name) for name in errors.__all__} - {PlimsollError}
    assert {kind.code for kind in kinds} == set(STATUS)
    assert set(STATUS) <= set(PROBLEM_TITLES)


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("operational", 503, "unavailable"),
        ("interface", 503, "unavailable"),
        ("pool", 503, "unavailable"),
        ("http", 418, "invalid"),
        ("http-500", 500, "internal"),
    ],
)
async def test_errors_of_libraries_tell_nothing(how: str, status: int, code: str) -> None:
    """Neither a statement nor a message of a library reaches the client."""
    async with client_of(probe_app(routers=(failing,))) as client:
        answer = await client.get(f"/api/v1/failing/{how}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ("retry-after" in answer.headers) == (status == 503)
    assert CANARY not in answer.text
    assert "SELECT" not in answer.text


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("data", 422, "bad-data"),
        ("unavailable", 503, "unavailable"),
        ("strange", 500, "internal"),
        (CANARY, 409, "conflict"),
    ],
)
async def test_errors_of_ours_keep_their_words_without_the_clients(how: str, status: int, code: str) -> None:
    """The message stays, with gaps for what was quoted or sent."""
    async with client_of(probe_app()) as client:
        answer = await client.get(f"{PROBE}/broken/{how}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert CANARY not in answer.text


async def test_bad_data_names_the_row() -> None:
    """Row and remedy tell where to look."""
    async with client_of(probe_app()) as client:
        problem = (await client.get(f"{PROBE}/broken/data")).json()
    assert problem["detail"] == "… is no number"
    assert problem["remedy"] == "Remove …."
    assert problem["violations"] == [{"field": "row 3", "message": "It cannot be used"}]


async def test_what_a_json_body_held_is_left_out(database: Database, tenant: UUID) -> None:
    """A conflict about a name of the body does not repeat the name."""
    async with client_of(probe_app(database, local=sign_in(tenant))) as client:
        answers = [await client.post("/api/v1/portfolios", json={"name": CANARY}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["code"] == "conflict"
    assert CANARY not in answers[1].text


async def test_names_of_our_fields_stay(database: Database, tenant: UUID) -> None:
    """A message may speak of a field, though the client sent its name."""
    async with client_of(probe_app(database, local=sign_in(tenant))) as client:
        answer = await client.post("/api/v1/portfolios", json={"name": "a\u202eb"})
    assert answer.status_code == 422
    assert "name" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/livez", "GET, HEAD"),
        ("OPTIONS", "/livez", "GET, HEAD"),
        ("TRACE", "/livez", "GET, HEAD"),
        ("CONNECT", "/livez", "GET, HEAD"),
        (CANARY, "/livez", "GET, HEAD"),
        ("DELETE", f"{PROBE}/item", "GET, HEAD, PATCH"),
        ("GET", f"{PROBE}/echo", "POST"),
        ("HEAD", f"{PROBE}/echo", "POST"),
        ("PUT", "/api/v1/portfolios", "GET, HEAD, POST"),
    ],
)
async def test_a_method_that_is_not_there_is_told_which_are(method: str, path: str, allowed: str) -> None:
    """All methods of a path are named, though different routes serve them."""
    async with client_of(probe_app()) as client:
        answer = await client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    assert CANARY not in answer.text
    if method != "HEAD":
        assert answer.json()["code"] == "method-not-allowed"


async def test_a_trace_does_not_mirror() -> None:
    """TRACE sends no header back."""
    async with client_of(probe_app()) as client:
        answer = await client.request("TRACE", "/livez", headers={"x-secret": CANARY})
    assert CANARY not in answer.text
