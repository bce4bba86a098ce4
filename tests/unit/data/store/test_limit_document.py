"""Limits as plain values."""

import json

import pytest

from plimsoll.data.store.limit_document import from_document, to_document
from plimsoll.errors import UsageError
from plimsoll.risk.limits import Bound, Limit, LimitMeasure, Unit, node_of


@pytest.mark.parametrize("measure", LimitMeasure)
def test_a_limit_survives_the_journey(measure: LimitMeasure) -> None:
    """What is written as JSON and read back is the same limit."""
    limit = Limit(
        measure=measure,
        node=node_of({"desk": "Growth", "sector": "Tech"}),
        bound=Bound.LOWER,
        unit=Unit.FRACTION,
        soft=0.2,
        hard=0.1,
        hysteresis=0.05,
        confidence=0.975,
        horizon_days=10,
        method="historical",
    )
    assert from_document(json.loads(json.dumps(to_document(limit)))) == limit


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"measure": "var"},
        {"measure": "luck", "hard": 1.0},
        {"measure": "var", "hard": 1.0, "colour": "red"},
        {"measure": "var", "hard": "much"},
        {"measure": "var", "hard": 1.0, "node": "desk"},
        {"measure": "var", "hard": 1.0, "soft": 2.0},
        {"measure": "share", "hard": 1.0},
    ],
    ids=str,
)
def test_what_is_no_limit_is_refused(document: dict[str, object]) -> None:
    """Unknown and missing fields, other types and nonsense are the user's mistake."""
    with pytest.raises(UsageError, match="no limit"):
        from_document(document)
