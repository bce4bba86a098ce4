"""Hostile bodies and headers for every operation that takes a body, found in the document of the API."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response

from risk_api_world import World, ready_run

pytestmark = pytest.mark.anyio

MIB = 2**20
MARK = "hunter2-canary"
JSON = "application/json"
# What takes the place of one value of a good body, as it is written in JSON: no such text is JSON for us.
NEVER = {
    "NaN": "NaN",
    "Infinity": "Infinity",
    "-Infinity": "-Infinity",
    "1e400": "1e400",
    "lone surrogate": '"\\ud800"',
    "NUL": '"\\u0000"',
    "nesting": "[" * 10_000 + "]" * 10_000,
    "huge integer": "7" * 5_000,
    "integer beyond 64 bits": "9223372036854775808",
    "duplicate keys": f'{{"{MARK}": 1, "{MARK}": 2}}',
    "unfinished": '{"a": ',
}
# These are JSON. Some may be right where they stand; none may make the server fail.
ODD = (
    *("null", "true", "-1", "0", "-0.0", "1e308", "-1e308", "5e-324", "9007199254740993", "[]", "{}", "[[]]"),
    *(
        '""',
        '" "',
        '"\\u202e"',
        '"\U0001f4a3"',
        '"%s"',
        '"\'; DROP TABLE runs; --"',
        '"{{7*7}}"',
        '"../../x"',
    ),
    *('"0001-01-01"', '"9999-12-31"', '"2024-02-30"', '"1e5"', '"00000000-0000-0000-0000-000000000000"'),
    json.dumps("x" * 20_000),
    json.dumps(["a"] * 2_000),
)

BOMBS: tuple[dict[str, str], ...] = (
    {"X-Large": "a" * 9_000},
    {f"X-{number}": "a" for number in range(90)},
    {"Accept": "a" * 40_000},
)
FILES = (
    b"",
    b"\x00" * 100,
    b"\xff\xfe" + "symbol,quantity\nAAA,1\n".encode("utf-16-le"),
    b"symbol,quantity\n" + b"A" * 100_000 + b",1\n",
    b"symbol,quantity\nAAA," + b"9" * 10_000 + b"\n",
    b"symbol,quantity\nAAA,1e400\nBBB,NaN\nCCC,inf\n",
    b'symbol,quantity\n"unfinished,1\n',
    b"date,AAA\n0000-00-00,1\n9999-12-31,1e308\n",
    b"date,AAA\n2024-01-01,NaN\n2024-01-02,-1\n",
    b"PAR1" + b"\x00" * 50 + b"PAR1",
    b"\x1f\x8b" + b"\x00" * 50,
    b"," * 50_000 + b"\n" + b"," * 50_000,
    b"{" * 10_000,
)


@dataclass(frozen=True)
class Operation:
    """An operation that takes a body."""

    method: str
    path: str
    types: tuple[str, ...]
    good: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@pytest.fixture
async def operations(world: World) -> list[Operation]:
    """Return all operations with a body, their paths filled with what exists where there is such a thing."""
    run = await ready_run(world.owner)
    existing = {"run_id": run["id"], "portfolio_id": run["portfolio_id"]}
    return list(_operations(world.document, existing))


def _operations(document: dict[str, Any], existing: dict[str, str]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content")
            if not content:
                continue
            names = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"]
            filled = path.format(**{name: existing.get(name, str(uuid4())) for name in names})
            good = _example(content[JSON]["schema"], document) if JSON in content else None
            yield Operation(method.upper(), filled, tuple(content), good)


def _example(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "examples" in schema:
        return schema["examples"][0]
    choices = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
    assert choices, f"no example: {schema}"
    return _example(choices[0], document)


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from _leaves(part, (*path, key))


def _with(value: Any, path: tuple[Any, ...], text: str) -> str:
    """Return a body in JSON whose value at a path is this very text."""
    if not path:
        return text
    first, *rest = path
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    parts = [
        (key, _with(part, tuple(rest), text) if key == first else json.dumps(part)) for key, part in pairs
    ]
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {part}" for key, part in parts) + "}"
    return "[" + ", ".join(part for _, part in parts) + "]"


async def _send(world: World, operation: Operation, content: Any, **headers: str) -> Response:
    sent = {"Content-Type": operation.types[0], "If-Match": '"1"', "Idempotency-Key": uuid4().hex, **headers}
    return await world.owner.request(operation.method, operation.path, content=content, headers=sent)


def _json(operations: list[Operation]) -> list[Operation]:
    found = [operation for operation in operations if operation.good is not None]
    assert len(found) >= 4
    return found


async def test_what_is_never_json(world: World, operations: list[Operation]) -> None:
    """Whatever value it replaces, the answer blames the client, as a problem that repeats nothing."""
    for operation in _json(operations):
        for path, (name, trap) in product(_leaves(operation.good), NEVER.items()):
            answer = await _send(world, operation, _with(operation.good, path, trap).encode())
            place = f"{operation} {path} {name}: {answer.status_code} {answer.text[:300]}"
            assert answer.status_code in (400, 413, 422), place
            assert answer.headers["Content-Type"] == "application/problem+json", place
            assert MARK not in answer.text, place


async def test_odd_values(world: World, operations: list[Operation]) -> None:
    """Values of the wrong kind, size or meaning never make the server fail; fields take turns with them."""
    failed = []
    for operation in _json(operations):
        for place, path in enumerate(_leaves(operation.good)):
            for odd in ODD[place % 4 :: 4]:
                answer = await _send(world, operation, _with(operation.good, path, odd).encode())
                if answer.status_code >= 500:
                    failed.append(f"{operation} {path} {odd[:50]}: {answer.status_code} {answer.text[:200]}")
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "chunked"])
async def test_seventy_megabytes(world: World, operations: list[Operation], announced: bool) -> None:
    """A body beyond every bound is refused, whether its length is told or only shows."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(70):
            yield b" " * MIB

    whole = b" " * (70 * MIB)
    for operation in operations:
        answer = await _send(world, operation, whole if announced else chunks())
        assert answer.status_code == 413, f"{operation}: {answer.status_code} {answer.text}"


async def test_sixty_megabytes_of_json(world: World, operations: list[Operation]) -> None:
    """What a file may have is too much for JSON."""
    for operation in _json(operations):
        answer = await _send(world, operation, b" " * (60 * MIB))
        assert answer.status_code == 413, f"{operation}: {answer.status_code} {answer.text}"


async def test_header_bombs(world: World, operations: list[Operation]) -> None:
    """Headers beyond bounds are refused before anything is read."""
    for operation, headers in product(operations, BOMBS):
        answer = await _send(world, operation, b"{}", **headers)
        assert answer.status_code == 431, f"{operation}: {answer.status_code}"


async def test_files_with_a_trap(world: World, operations: list[Operation]) -> None:
    """Files that are none, for every operation that takes one, under every type that it takes."""
    for operation, content in product(operations, FILES):
        for kind in operation.types:
            answer = await _send(world, operation, content, **{"Content-Type": kind})
            assert answer.status_code < 500, f"{operation} {kind}: {answer.status_code} {answer.text}"
