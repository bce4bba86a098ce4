"""The options of a report."""

from typing import Any

import pytest

from plimsoll.errors import UsageError
from plimsoll.workflows.request import ReportRequest


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("confidence", 99.0),
        ("confidence", 0.5),
        ("confidence", float("nan")),
        ("horizon_days", 0),
        ("horizon_days", 251),
        ("days", 1),
        ("decay", 1.0),
        ("decay", 0.0),
        ("degrees_of_freedom", 2.0),
        ("draws", 10),
        ("seed", -1),
        ("base_currency", "EURO"),
        ("base_currency", "12A"),
    ],
)
def test_senseless_options_are_refused_by_name(option: str, value: Any) -> None:
    """An option out of range is named, with what it takes."""
    with pytest.raises(UsageError) as refusal:
        ReportRequest(**{option: value})
    assert option.partition("_")[0] in str(refusal.value)
    assert "It takes" in refusal.value.remedy


def test_defaults_make_sense() -> None:
    """A report with no options is a one-day 99 % historical one."""
    request = ReportRequest()
    assert (request.method, request.confidence, request.horizon_days) == ("historical", 0.99, 1)
