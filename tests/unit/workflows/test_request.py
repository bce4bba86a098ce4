"""The options of a report."""

from typing import Any

import pytest

from plimsoll.errors import UsageError
from plimsoll.risk.estimators import EsEstimator, VarEstimator
from plimsoll.workflows.request import Method, ReportRequest


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("confidence", 99.0),
        ("confidence", 0.5),
        ("confidence", 0.99999),
        ("days", 100.0),
        ("draws", 1e4),
        ("seed", True),
        ("base_currency", "usd"),
        ("base_currency", "GBX"),
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


@pytest.mark.parametrize(
    ("chosen", "var", "es"),
    [
        ({}, VarEstimator.ORDER_STATISTIC, EsEstimator.ACERBI_TASCHE),
        ({"es_estimator": EsEstimator.KERNEL}, VarEstimator.KERNEL, EsEstimator.KERNEL),
        ({"es_estimator": EsEstimator.TAIL_MEAN}, VarEstimator.ORDER_STATISTIC, EsEstimator.TAIL_MEAN),
        ({"var_estimator": VarEstimator.NORMAL}, VarEstimator.NORMAL, EsEstimator.NORMAL),
        ({"var_estimator": VarEstimator.TYPE_7}, VarEstimator.TYPE_7, EsEstimator.ACERBI_TASCHE),
        (
            {"var_estimator": VarEstimator.NORMAL, "es_estimator": EsEstimator.KERNEL},
            VarEstimator.NORMAL,
            EsEstimator.KERNEL,
        ),
        (
            {"method": Method.PARAMETRIC, "var_estimator": VarEstimator.KERNEL},
            VarEstimator.NORMAL,
            EsEstimator.NORMAL,
        ),
    ],
)
def test_an_estimator_that_is_not_chosen_follows_the_other(
    chosen: dict[str, Any], var: VarEstimator, es: EsEstimator
) -> None:
    """ES averages the VaR beside it unless both are chosen; the parametric method has its own."""
    assert ReportRequest(**chosen).estimators == (var, es)
