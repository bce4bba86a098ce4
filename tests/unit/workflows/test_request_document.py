"""Options as plain values and back."""

import datetime as dt
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import UsageError
from plimsoll.risk.estimators import EsEstimator, VarEstimator
from plimsoll.risk.scenarios.monte_carlo import Distribution
from plimsoll.workflows.request import Method, ReportRequest
from plimsoll.workflows.request_document import from_document, to_document

REQUESTS = st.builds(
    ReportRequest,
    as_of=st.none() | st.dates(),
    method=st.sampled_from(Method),
    confidence=st.floats(0.5, 0.9999, exclude_min=True),
    horizon_days=st.integers(1, 250),
    days=st.integers(2, 20_000),
    by=st.none() | st.lists(st.text()).map(tuple),
    base_currency=st.sampled_from(["USD", "EUR"]),
    overlapping=st.booleans(),
    decay=st.none() | st.floats(0.0, 1.0, exclude_min=True, exclude_max=True),
    distribution=st.sampled_from(Distribution),
    degrees_of_freedom=st.floats(2.0, 1e300, exclude_min=True),
    draws=st.integers(100, 1_000_000),
    seed=st.integers(0, 2**63 - 1),
    var_estimator=st.none() | st.sampled_from(VarEstimator),
    es_estimator=st.none() | st.sampled_from(EsEstimator),
)


@given(REQUESTS)
def test_a_request_survives_json(request_: ReportRequest) -> None:
    """Any request becomes JSON text and comes back equal, to the last bit, its types included."""
    back = from_document(json.loads(json.dumps(to_document(request_))))
    assert back == request_
    assert [type(getattr(back, name)) for name in to_document(back)] == [
        type(getattr(request_, name)) for name in to_document(request_)
    ]


def test_what_is_left_out_keeps_its_default() -> None:
    """An empty document is the request without options."""
    assert from_document({}) == ReportRequest()


def test_types_of_python_do_as_well() -> None:
    """Dates, names of methods and numbers of numpy are taken as they are."""
    options = {"as_of": dt.date(2024, 1, 2), "method": Method.PARAMETRIC, "by": "desk", "days": np.int64(250)}
    assert from_document(options) == ReportRequest(
        as_of=dt.date(2024, 1, 2), method=Method.PARAMETRIC, by=("desk",), days=250
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("metod", "historical"),
        ("method", "guess"),
        ("method", None),
        ("method", ["historical"]),
        ("as_of", "yesterday"),
        ("as_of", 20240102),
        ("confidence", "0.99"),
        ("confidence", True),
        ("confidence", 10**400),
        ("confidence", None),
        ("horizon_days", 1.0),
        ("days", "500"),
        ("seed", True),
        ("by", 3),
        ("by", ["desk", 3]),
        ("by", {"desk": 1}),
        ("base_currency", 840),
        ("overlapping", 1),
        ("decay", "0.97"),
        ("decay", 1.5),
    ],
)
def test_what_cannot_be_understood_is_named(name: str, value: Any) -> None:
    """An option that is unknown, of another type or out of range is refused by its name."""
    with pytest.raises(UsageError, match=name):
        from_document({name: value})
