"""The options of a report as plain values: what JSON, a notebook and a stored run have in common."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any

from plimsoll.errors import UsageError
from plimsoll.risk.estimators import EsEstimator, VarEstimator
from plimsoll.risk.scenarios.monte_carlo import Distribution
from plimsoll.workflows.request import Method, ReportRequest

__all__ = ["from_document", "to_document"]


def to_document(request: ReportRequest) -> dict[str, Any]:
    """Return every option in the types of JSON; the inverse of :func:`from_document`.

    Examples
    --------
    >>> to_document(ReportRequest(method=Method.PARAMETRIC, by=("desk",)))["by"]
    ['desk']
    """
    return {field.name: _plain(getattr(request, field.name)) for field in fields(request)}


def from_document(document: Mapping[str, Any]) -> ReportRequest:
    """Return the request that a mapping of options describes.

    Parameters
    ----------
    document
        By name of the field of :class:`~plimsoll.workflows.request.ReportRequest`; those left out keep their
        defaults. Dates and names may be plain text or their own types; `by` is a list, or one name.

    Raises
    ------
    UsageError
        If an option is unknown, has another type or makes no sense; the message names it.

    Examples
    --------
    >>> from_document({"method": "parametric", "as_of": "2022-12-28"}).as_of
    datetime.date(2022, 12, 28)
    """
    unknown = [name for name in document if name not in _READERS]
    if unknown:
        raise UsageError(f"there is no option {_listed(unknown)}", remedy=f"Options are {_listed(_READERS)}.")
    options = {}
    for name, value in document.items():
        try:
            options[name] = _READERS[name](value)
        except (ValueError, TypeError, OverflowError) as error:
            raise UsageError(f"{name}={value!r} is not understood: {error}") from error
    return ReportRequest(**options)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _date(value: Any) -> dt.date:
    if isinstance(value, str):
        return dt.date.fromisoformat(value)
    if isinstance(value, dt.date):
        return value.date() if isinstance(value, dt.datetime) else value
    raise TypeError("a date is written as 2022-12-28")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise TypeError("it is a text")


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, Iterable) and not isinstance(value, Mapping):
        names = [value] if isinstance(value, str) else value
        return tuple(map(_text, names))
    raise TypeError("it is a list of names")


def _fraction(value: Any) -> float:
    if isinstance(value, Real) and not isinstance(value, bool):
        return float(value)
    raise TypeError("it is a number")


def _count(value: Any) -> int:
    if isinstance(value, Integral) and not isinstance(value, bool):
        return int(value)
    raise TypeError("it is a whole number")


def _choice(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise TypeError("it is true or false")


def _or_none(reader: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else reader(value)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(str, names))


_READERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "as_of": _or_none(_date),
        "method": Method,
        "confidence": _fraction,
        "horizon_days": _count,
        "days": _count,
        "by": _or_none(_names),
        "base_currency": _text,
        "overlapping": _choice,
        "decay": _or_none(_fraction),
        "distribution": Distribution,
        "degrees_of_freedom": _fraction,
        "draws": _count,
        "seed": _count,
        "var_estimator": _or_none(VarEstimator),
        "es_estimator": _or_none(EsEstimator),
    }
)
