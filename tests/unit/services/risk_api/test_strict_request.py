"""Bodies: their size, type and JSON."""

import gzip
from collections.abc import AsyncIterator

import pytest

from plimsoll.services.risk_api.request_limits import MAX_UPLOAD
from plimsoll.services.risk_api.strict_request import MAX_JSON
from probe_api import CANARY, KEY, PROBE, client_of, probe_app

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}
GOOD = b'{"name": "a"}'


async def chunks(size: int, of: bytes = b"x" * 65536) -> AsyncIterator[bytes]:
    """Yield a body without saying how long it is."""
    for _ in range(size // len(of)):
        yield of


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
    ],
)
async def test_json_is_taken_as_what_it_says_it_is(content_type: str) -> None:
    """Spelling and the one charset do not matter."""
    async with client_of(probe_app()) as client:
        answer = await client.post(f"{PROBE}/echo", content=GOOD, headers={"content-type": content_type})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/problem+json"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json, text/plain"},
        {"content-type": "application/json; boundary=x"},
        {"content-type": CANARY},
        {**JSON, "content-encoding": "gzip"},
        {**JSON, "content-encoding": CANARY},
    ],
)
async def test_other_types_and_codings_are_refused(headers: dict[str, str]) -> None:
    """What a form of another site can send, and what could swell, is not read as JSON."""
    body = gzip.compress(GOOD, mtime=0) if "content-encoding" in headers else GOOD
    async with client_of(probe_app()) as client:
        answer = await client.post(f"{PROBE}/echo", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")
    assert answer.headers["accept"] == "application/json"
    assert CANARY not in answer.text


async def test_a_body_where_none_is_taken_is_left_unread() -> None:
    """A route without a body does not look at one."""
    async with client_of(probe_app()) as client:
        answer = await client.request("GET", f"{PROBE}/who", content=b"\xff", headers=JSON)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("path", "method", "limit", "kind"),
    [("echo", "POST", MAX_JSON, "application/json"), ("file", "PUT", MAX_UPLOAD, "text/csv")],
)
async def test_a_body_has_a_bound(path: str, method: str, limit: int, kind: str) -> None:
    """One byte too many is refused whether it is announced or not, and no more is read."""
    headers = {"content-type": kind}
    read = 0

    async def counted() -> AsyncIterator[bytes]:
        nonlocal read
        async for chunk in chunks(2 * limit):
            read += len(chunk)
            yield chunk

    async with client_of(probe_app()) as client:
        announced = await client.request(
            method, f"{PROBE}/{path}", content=b" " * (limit + 1), headers=headers
        )
        streamed = await client.request(method, f"{PROBE}/{path}", content=counted(), headers=headers)
    for answer in (announced, streamed):
        assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
        assert answer.headers["connection"] == "close"
    assert read <= limit + 65536


async def test_the_largest_file_is_taken() -> None:
    """A file of exactly 64 MiB arrives whole."""
    async with client_of(probe_app()) as client:
        answer = await client.put(
            f"{PROBE}/file", content=chunks(MAX_UPLOAD), headers={"content-type": "text/csv"}, timeout=60
        )
    assert answer.json() == {"bytes": MAX_UPLOAD}


async def test_a_liar_about_the_length_gains_nothing() -> None:
    """What arrives is counted, whatever was announced."""
    headers = {**JSON, "content-length": "5"}
    async with client_of(probe_app()) as client:
        answer = await client.post(f"{PROBE}/echo", content=chunks(2 * MAX_JSON), headers=headers)
    assert answer.status_code == 413


async def test_nobody_unknown_has_a_body_read() -> None:
    """Without a key the answer is 401 before the first byte of the body is asked for."""
    asked = False

    async def body() -> AsyncIterator[bytes]:
        nonlocal asked
        asked = True
        yield GOOD

    async with client_of(probe_app(), key=None) as client:
        answer = await client.post(f"{PROBE}/echo", content=body(), headers=JSON)
    assert answer.status_code == 401
    assert not asked
    assert KEY not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": NaN}',
        b'{"name": "a", "quantity": Infinity}',
        b'{"name": "a", "quantity": 1e400}',
        b'{"name": "a", "name": "b"}',
        b'{"name": "\\ud800"}',
        b'{"name": "\\u0000"}',
        b'{"name": "a", "count": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"name": "\xff"}',
        b'{"name": "' + CANARY.encode(),
        b"\x00",
    ],
)
async def test_json_with_a_trap_is_a_problem(body: bytes) -> None:
    """Each trap is 400 bad-json, without an echo."""
    async with client_of(probe_app()) as client:
        answer = await client.post(f"{PROBE}/echo", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-json")
    assert CANARY not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"' + CANARY.encode() + b'"',
        b'{"name": 1}',
        b'{"name": "a", "' + CANARY.encode() + b'": 1}',
        b'{"name": "a", "count": 9223372036854775807.5}',
        b'{"name": "a", "id": "' + CANARY.encode() + b'"}',
        b'{"name": "a", "tags": {"' + CANARY.encode() + b'": "x"}}',
        b'{"name": "a", "__proto__": {}}',
    ],
)
async def test_json_that_does_not_fit_is_a_problem(body: bytes) -> None:
    """What is no order is 422 with its fields, without an echo."""
    async with client_of(probe_app()) as client:
        answer = await client.post(f"{PROBE}/echo", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["violations"]
    assert CANARY not in answer.text
