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
        "too_long",
        "too_short",
        "tuple_type",
    }
)
_DATE = "Write a date that there is, such as 2026-01-16"
_INSTANT = "Write an instant with its time zone, such as 2026-06-30T14:30:00Z"
_ID = "Write an id as it was given, such as 0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10"
_OURS = {
    "date_from_datetime_inexact": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_parsing": _DATE,
    "date_type": _DATE,
    "datetime_from_date_parsing": _INSTANT,
    "datetime_parsing": _INSTANT,
    "datetime_type": _INSTANT,
    "timezone_aware": _INSTANT,
    "time_parsing": "Write a time of day, such as 22:00",
    "uuid_parsing": _ID,
    "uuid_type": _ID,
}


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
        message = error["msg"] if kind in _PLAIN else _OURS.get(kind, "The value is not acceptable")
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
