"""Limits as plain values: what JSON, the store and the contract have in common."""

from collections.abc import Mapping
from typing import Any

from plimsoll.errors import UsageError
from plimsoll.risk.limits import Bound, Limit, LimitMeasure, Unit, node_of

__all__ = ["from_document", "to_document"]


def to_document(limit: Limit) -> dict[str, Any]:
    """Return a limit in the types of JSON; the inverse of :func:`from_document`.

    Examples
    --------
    >>> to_document(Limit(measure=LimitMeasure.VAR, hard=1e6, node=(("desk", "Growth"),)))["node"]
    {'desk': 'Growth'}
    """
    return {
        "measure": limit.measure.value,
        "node": dict(limit.node),
        "bound": limit.bound.value,
        "unit": limit.unit.value,
        "soft": limit.soft,
        "hard": limit.hard,
        "hysteresis": limit.hysteresis,
        "confidence": limit.confidence,
        "horizon_days": limit.horizon_days,
        "method": limit.method,
    }


def from_document(document: Mapping[str, Any]) -> Limit:
    """Return the limit that a mapping describes; what is left out keeps its default.

    Parameters
    ----------
    document
        By name of the field of :class:`~plimsoll.risk.limits.Limit`; `node` maps attributes to labels.

    Raises
    ------
    UsageError
        If a field is unknown, has another type or makes no sense.

    Examples
    --------
    >>> from_document({"measure": "es", "soft": 50000.0}).bound.value
    'upper'
    """
    fields = dict(document)
    try:
        fields["measure"] = LimitMeasure(fields["measure"])
        fields["bound"] = Bound(fields.get("bound", Bound.UPPER))
        fields["unit"] = Unit(fields.get("unit", Unit.CURRENCY))
        fields["node"] = node_of(fields.get("node", {}))
        return Limit(**fields)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        text = str(error) if isinstance(error, ValueError) else "a field is missing or unknown"
        raise UsageError(f"this is no limit: {text}") from error
