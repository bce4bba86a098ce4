"""Strict JSON."""

import contextlib
import json
import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.services.risk_api.strict_json import (
    MAX_DEPTH,
    MAX_INTEGER,
    MAX_VALUES,
    StrictJsonError,
    loads,
)

CANARY = "hunter2"

REFUSED = {
    "NaN": b'{"a": NaN}',
    "Infinity": b"[Infinity]",
    "-Infinity": b"-Infinity",
    "1e400": b'{"a": 1e400}',
    "-1e400": b"[-1e400]",
    "huge integer": b"9" * 5000,
    "2^63": str(2**63).encode(),
    "below -2^63": str(-(2**63) - 1).encode(),
    "repeated key": b'{"a": 1, "a": 1}',
    "repeated key, escaped": b'{"a": 1, "\\u0061": 2}',
    "repeated key inside": b'[{"b": {"a": 1, "a": 2}}]',
    "lone high surrogate": b'"\\ud800"',
    "lone low surrogate": b'"\\udc00 x"',
    "surrogate key": b'{"\\ud83d": 1}',
    "NUL": b'["a\\u0000b"]',
    "raw NUL": b'["a\x00b"]',
    "raw line end": b'["a\nb"]',
    "too deep": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    "objects too deep": b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
    "abyss": b"[" * 100_000,
    "too many values": b"[" + b"1," * MAX_VALUES + b"1]",
    "too many keys": b"{%b}" % b",".join(b'"%d":1' % number for number in range(MAX_VALUES + 1)),
    "mixed abyss": b'[{"a":' * 50_000,
    "bad UTF-8": b'{"a": "\xff"}',
    "surrogate in UTF-8": b'"\xed\xa0\x80"',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "empty": b"",
    "two documents": b"{} {}",
    "comment": b"{} // a",
    "trailing comma": b"[1,]",
    "single quotes": b"{'a': 1}",
    "not closed": b'{"a": "hunter2',
    "word": CANARY.encode(),
    "hexadecimal": b"0x10",
    "leading zero": b"010",
    "plus": b"+1",
}

TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), inner, max_size=4)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("name", REFUSED)
def test_a_trap_is_refused_without_being_repeated(name: str) -> None:
    """Nothing of the text is in the message."""
    with pytest.raises(StrictJsonError) as refused:
        loads(REFUSED[name])
    assert CANARY not in str(refused.value)


@given(TREES, st.booleans())
def test_what_is_proper_json_is_read_as_the_library_reads_it(tree: object, ascii_only: bool) -> None:
    """Every tree within the bounds survives, with and without escapes."""
    assert loads(json.dumps(tree, ensure_ascii=ascii_only).encode()) == tree


@given(st.binary(max_size=60) | st.text('[]{}",:\\u0d8 1', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Nothing but StrictJsonError is raised, and what is read the library reads as well."""
    try:
        document = loads(body)
    except StrictJsonError:
        return
    assert document == json.loads(body)


def test_the_bounds_themselves_are_taken() -> None:
    """The deepest and the largest allowed values pass."""
    deep = loads(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    for _ in range(MAX_DEPTH - 1):
        (deep,) = deep
    assert deep == []
    assert loads(str(MAX_INTEGER).encode()) == MAX_INTEGER
    assert loads(str(-MAX_INTEGER - 1).encode()) == -MAX_INTEGER - 1
    assert math.isfinite(loads(b"1.7976931348623157e308"))
    assert len(loads(b"[" + b'",",' * (MAX_VALUES - 1) + b"1]")) == MAX_VALUES


def test_brackets_in_texts_are_no_levels() -> None:
    """Only brackets that open arrays and objects count, whatever escapes stand around them."""
    assert loads(json.dumps(["[" * 100, '\\"[[' * 50]).encode()) == ["[" * 100, '\\"[[' * 50]


@pytest.mark.parametrize(
    "unit", [b"[],", b'"a",', b'"\\', b'\\"', b"[", b"]", b"1,", b'{"a":', b'"\\ud800",', b"\\", b"{}"]
)
def test_a_mebibyte_of_anything_is_dealt_with_quickly(unit: bytes) -> None:
    """No text takes more than linear time: 1 MiB of an unfriendly pattern stays well below two seconds."""
    body = b"[" + unit * (2**20 // len(unit)) + b"1]"
    started = time.thread_time()  # of this thread: a busy machine is no slow parser
    with contextlib.suppress(StrictJsonError):
        loads(body)
    assert time.thread_time() - started < 2
