"""JSON without its traps: what stock parsers wave through and databases, floats and logs choke on."""

import json
import math
import re
from typing import Any

__all__ = ["MAX_DEPTH", "MAX_INTEGER", "MAX_VALUES", "StrictJsonError", "loads"]

MAX_DEPTH = 32
"""Arrays and objects inside each other."""

MAX_INTEGER = 2**63 - 1
"""Largest whole number; the smallest is one further from zero."""

MAX_VALUES = 20_000
"""Values in a text: to say of one that it is wrong takes a hundred times as long as to read it."""

_DIGITS = 19
# An unfinished string ends with the text, so that no quotation mark is looked at twice: linear for any input.
_STRING = re.compile(rb'"(?:[^"\\]|\\.?)*+(?:"|\Z)', re.DOTALL)
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_UNWELCOME = re.compile("[\x00\ud800-\udfff]")


class StrictJsonError(ValueError):
    """A text that is no JSON, or JSON with a trap in it; the message repeats nothing of the text."""


def loads(body: bytes) -> Any:
    """Read a JSON text.

    Parameters
    ----------
    body
        UTF-8, without a byte order mark.

    Returns
    -------
    Any
        dict, list, str, int, float, bool or None.

    Raises
    ------
    StrictJsonError
        If the text is not UTF-8 or not JSON; has NaN, Infinity or a number beyond the floats (1e400), a whole
        number beyond 64 bits, a repeated key, a lone surrogate, a NUL, or more than `MAX_DEPTH` levels or
        `MAX_VALUES` values.

    Examples
    --------
    >>> loads(b'{"quantity": 1e3}')
    {'quantity': 1000.0}
    >>> loads(b'{"quantity": NaN}')
    Traceback (most recent call last):
    ...
    plimsoll.services.risk_api.strict_json.StrictJsonError: NaN and Infinity are no JSON numbers
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise StrictJsonError("the text is not UTF-8") from None
    bare = _STRING.sub(b"", body)
    if bare.count(b",") >= MAX_VALUES:
        raise StrictJsonError(f"more than {MAX_VALUES:,} values")
    if _is_too_deep(bare):
        raise StrictJsonError(f"more than {MAX_DEPTH} levels of arrays and objects")
    try:
        document = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        raise StrictJsonError(f"not JSON at character {error.pos}") from None
    # Raw control characters are refused above and raw surrogates are no UTF-8: only escapes can hide them.
    if "\\u" in text:
        _refuse_unwelcome(document)
    return document


def _is_too_deep(bare: bytes) -> bool:
    """Return whether brackets stand more than `MAX_DEPTH` deep, by peeling them from the inside."""
    brackets = bare.translate(_BRACKETS, _NO_BRACKETS)
    for _ in range(MAX_DEPTH):
        peeled = brackets.replace(b"[]", b"")
        if len(peeled) == len(brackets):
            # Nothing is closed properly: no JSON, but the parser must not fall into it either.
            return peeled.count(b"[") > MAX_DEPTH
        brackets = peeled
    return bool(brackets)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise StrictJsonError("a key is there twice in one object")
    return members


def _constant(_: str) -> float:
    raise StrictJsonError("NaN and Infinity are no JSON numbers")


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise StrictJsonError("a number is too large")
    return number


def _integer(digits: str) -> int:
    if len(digits) < _DIGITS:
        return int(digits)
    if len(digits) > _DIGITS + 1 or not -MAX_INTEGER - 1 <= int(digits) <= MAX_INTEGER:
        raise StrictJsonError("a whole number is beyond 64 bits")
    return int(digits)


def _refuse_unwelcome(document: Any) -> None:
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and _UNWELCOME.search(value):
            raise StrictJsonError("a text has a NUL or half a surrogate pair in it")
