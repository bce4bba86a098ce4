"""What is wrong with which field, without a word of what the client sent."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from plimsoll.wire.problem import Violation

__all__ = ["known_names", "violations"]

_MOST = 20
# Their messages are made of our own bounds and names. Others quote the input, as that of a bad UUID does.
_PLAIN = frozenset(
    {
        "bool_parsing",
        "bool_type",
        "date_from_datetime_inexact",
        "date_parsing",
        "date_type",
        "datetime_parsing",
        "datetime_type",
        "dict_type",
        "enum",
        "finite_number",
        "float_parsing",
        "float_type",
        "greater_than",
        "greater_than_equal",
        "int_from_float",
        "int_parsing",
        "int_type",
        "less_than",
        "less_than_equal",
        "list_type",
        "literal_error",
        "missing",
        "model_attributes_type",
        "model_type",
        "none_required",
        "string_pattern_mismatch",
        "string_too_long",
        "string_too_short",
        "string_type",
        "timezone_aware",
        "too_long",
        "too_short",
        "tuple_type",
    }
)


def violations(errors: Sequence[Mapping[str, Any]], known: frozenset[str]) -> tuple[Violation, ...]:
    """Describe what pydantic found.

    Parameters
    ----------
    errors
        As ``RequestValidationError.errors()`` has them.
    known
        The names of the API document; only they are repeated, for a field may have a secret as its name.

    Returns
    -------
    tuple[Violation, ...]
        At most twenty.
    """
    return tuple(_violation(error, known) for error in errors[:_MOST])


def _violation(error: Mapping[str, Any], known: frozenset[str]) -> Violation:
    kind, (place, *path) = error["type"], error["loc"] or ("body",)
    if kind == "extra_forbidden":
        path, message = path[:-1], "It has a field that is not known"
    else:
        message = error["msg"] if kind in _PLAIN else "The value is not acceptable"
    steps = [str(step) if isinstance(step, int) or step in known else "*" for step in path]
    return Violation(field=".".join([str(place), *steps]), message=message)


def known_names(document: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of all parameters and properties of the API document."""
    return frozenset(_names(document))


def _names(document: Any) -> Iterator[str]:
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            yield from value.get("properties", ())
            if "in" in value and isinstance(value.get("name"), str):
                yield value["name"]
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
