"""Risk runs on the wire."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from plimsoll.errors import UsageError
from plimsoll.risk import estimators
from plimsoll.risk.scenarios import monte_carlo
from plimsoll.wire import risk_runs
from plimsoll.wire.model import WireModel
from plimsoll.workflows import request
from plimsoll.workflows.request import ReportRequest
from wire_examples import survives


@pytest.mark.parametrize("model", [risk_runs.NewRiskRun, risk_runs.RiskRun, risk_runs.RiskRunPage])
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(model)


def test_the_words_are_those_of_the_engine() -> None:
    """Each method, distribution and estimator that the engine knows can be asked for, and no other."""
    assert [*risk_runs.Method] == [*request.Method]
    assert [*risk_runs.Distribution] == [*monte_carlo.Distribution]
    assert [*risk_runs.VarEstimator] == [*estimators.VarEstimator]
    assert [*risk_runs.EsEstimator] == [*estimators.EsEstimator]


def test_options_and_their_defaults_are_those_of_a_report() -> None:
    """A run without options is `plimsoll report` without options, but for the currency of the portfolio."""
    wanted = {field.name: field.default for field in fields(ReportRequest)}
    assert risk_runs.RunOptions().model_dump() == wanted | {"base_currency": None}


EDGES = {
    "confidence": (0.5, 0.51, 0.999, 1.0),
    "horizon_days": (0, 1, 250, 251),
    "days": (1, 2, 20_000, 20_001),
    "decay": (0.0, 0.01, 0.99, 1.0),
    "degrees_of_freedom": (2.0, 2.1, 100.0),
    "draws": (99, 100, 1_000_000, 1_000_001),
    "seed": (-1, 0, 2**63 - 1, 2**63),
}


@given(
    st.sampled_from(sorted(EDGES)).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(EDGES[name]))
    )
)
def test_the_bounds_are_those_of_a_report(option: tuple[str, float]) -> None:
    """What the wire takes a report takes, what a report refuses the wire refuses."""
    name, value = option
    assert _accepted(risk_runs.RunOptions, **{name: value}) == _accepted(ReportRequest, **{name: value})


def _accepted(model: type, **options: float) -> bool:
    try:
        model(**options)
    except (UsageError, ValidationError):
        return False
    return True
