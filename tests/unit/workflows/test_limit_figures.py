"""Every measure that can be limited, against a plain calculation from the vectors."""

import math
from dataclasses import replace

import numpy as np
import pytest

from plimsoll.risk.limits import Limit, LimitMeasure, Unit, node_of
from plimsoll.risk.portfolio import Portfolio
from plimsoll.workflows.day_pnl import day_pnl
from plimsoll.workflows.limit_figures import LimitFigures, in_node, unvalued
from plimsoll.workflows.request import Method, ReportRequest
from plimsoll.workflows.risk_report import Calculation, calculate
from small_book import book, cash, share, small_market

BOOK = (
    share("AAA", 10.0, desk="Growth", sector="Tech"),
    share("BBB", -7.0, "EUR", desk="Value", sector="Tech"),
    cash("USD", 500.0, desk="Growth", sector="Cash"),
)
REQUEST = ReportRequest(days=200, confidence=0.95)


def _calculation(request: ReportRequest = REQUEST) -> Calculation:
    return calculate(book(*BOOK), small_market(), request)


def _figures(request: ReportRequest = REQUEST) -> LimitFigures:
    found = _calculation(request)
    return LimitFigures(found.cube, found.tail, day=day_pnl(found.book, found.market, request))


def _measured(figures: LimitFigures, measure: LimitMeasure, **fields: object) -> float | None:
    limit = Limit(**{"measure": measure, "hard": 1e12, **fields})  # type: ignore[arg-type] # fields of a limit
    return figures.measured(limit).value


@pytest.mark.parametrize("labels", [{}, {"desk": "Growth"}, {"desk": "Growth", "sector": "Tech"}], ids=str)
@pytest.mark.parametrize("confidence", [0.95, 0.99])
def test_each_measure_is_that_of_a_plain_calculation(labels: dict[str, str], confidence: float) -> None:
    """Sorting the summed vector and reading off the tail gives the same, at the confidence of the limit."""
    figures = _figures()
    cube, count = figures.cube, len(figures.cube.scenarios)
    inside = [all(one.attribute(k) == v for k, v in labels.items()) for one in cube.positions]
    node = sum((row for row, one in zip(cube.pnl, inside, strict=True) if one), np.zeros(count))
    total = cube.pnl.sum(axis=0)
    values, gross = cube.values[inside], float(np.abs(cube.values).sum())

    def tail(pnl: np.ndarray) -> tuple[float, float]:
        worst, reach = np.sort(-pnl)[::-1], count * (1 - confidence)
        place = math.ceil(reach - 1e-9) - 1
        average = (worst[:place].sum() + (reach - place) * worst[place]) / reach
        return float(worst[place]), float(average)

    order = np.argsort(total, kind="stable")
    place = math.ceil(count * (1 - confidence) - 1e-9) - 1
    wanted = {
        LimitMeasure.VAR: tail(node)[0],
        LimitMeasure.ES: tail(node)[1],
        LimitMeasure.COMPONENT_VAR: -float(node[order[place]]),
        LimitMeasure.INCREMENTAL_VAR: tail(total)[0] - tail(total - node)[0],
        LimitMeasure.INCREMENTAL_ES: tail(total)[1] - tail(total - node)[1],
        LimitMeasure.VOLATILITY: float(np.std(node, ddof=1)),
        LimitMeasure.WORST_LOSS: -float(node.min()),
        LimitMeasure.VALUE: float(values.sum()),
        LimitMeasure.GROSS_VALUE: float(np.abs(values).sum()),
    }
    for measure, value in wanted.items():
        found = _measured(figures, measure, node=node_of(labels), confidence=confidence)
        assert found == pytest.approx(value, rel=1e-9, abs=1e-9), measure
        part = _measured(figures, measure, node=node_of(labels), confidence=confidence, unit=Unit.FRACTION)
        assert part == pytest.approx(value / cube.values.sum(), rel=1e-9, abs=1e-9), measure
    shares = {
        LimitMeasure.SHARE: float(np.abs(values).sum()) / gross,
        LimitMeasure.LARGEST_SHARE: float(np.abs(values).max()) / gross,
    }
    for measure, value in shares.items():
        assert _measured(figures, measure, node=node_of(labels), unit=Unit.FRACTION) == pytest.approx(value)


def test_components_of_the_desks_add_up() -> None:
    """The contributions of all desks are the measure of the book, for VaR and for ES."""
    figures = _figures()
    for part, whole in (
        (LimitMeasure.COMPONENT_VAR, LimitMeasure.VAR),
        (LimitMeasure.COMPONENT_ES, LimitMeasure.ES),
    ):
        parts = [_measured(figures, part, node=node_of({"desk": desk})) for desk in ("Growth", "Value")]
        assert sum(one or 0.0 for one in parts) == pytest.approx(_measured(figures, whole))


def test_the_parametric_method_measures_its_own_way() -> None:
    """Volatility about zero, and VaR as its multiple."""
    figures = _figures(replace(REQUEST, method=Method.PARAMETRIC))
    sigma = _measured(figures, LimitMeasure.VOLATILITY)
    assert sigma is not None
    assert _measured(figures, LimitMeasure.VAR, confidence=0.99) == pytest.approx(2.3263478740408408 * sigma)


def test_an_empty_node_holds_nothing() -> None:
    """A slice without positions has no risk and no value; that is known, not missing."""
    figures = _figures()
    for measure in LimitMeasure:
        unit = Unit.FRACTION if measure.is_share else Unit.CURRENCY
        limit = Limit(measure=measure, node=node_of({"desk": "Nobody"}), hard=1.0, unit=unit)
        assert (figures.measured(limit).value, figures.measured(limit).missing) == (0.0, "")


def test_what_is_left_out_is_told_where_it_may_belong() -> None:
    """A position is missing in its own slices, a row that nobody could read in every one."""
    found = _calculation()
    lost = share("ZZZ", 1.0, desk="Value", row=9)
    left_out = unvalued([("ZZZ", 9), ("x,y", 10)], Portfolio("", (lost,)))
    assert left_out == (lost, "x,y")

    def missing(*left_out: object, **labels: str) -> str:
        figures = LimitFigures(found.cube, found.tail, left_out)  # type: ignore[arg-type] # as above
        return figures.measured(Limit(measure=LimitMeasure.VAR, node=node_of(labels), hard=1.0)).missing

    assert missing(lost, desk="Value").endswith("ZZZ")
    assert missing(lost, desk="Growth") == ""
    assert missing(lost).endswith("ZZZ")
    assert missing("x,y", desk="Growth").endswith("x,y")
    assert missing(*"abcde").endswith("a, b, c and 2 more")


def test_the_day_needs_its_start() -> None:
    """Without positions at the start of the day P&L is missing, never zero."""
    found = _calculation()
    measured = LimitFigures(found.cube, found.tail).measured(Limit(measure=LimitMeasure.DAY_PNL, hard=1.0))
    assert measured.value is None
    assert measured.missing
    figures = _figures()
    assert figures.day is not None
    assert _measured(figures, LimitMeasure.DAY_PNL) == figures.day.total
    desk = _measured(figures, LimitMeasure.DAY_PNL, node=node_of({"desk": "Value"}))
    rows = in_node(figures.day.positions, node_of({"desk": "Value"}))
    assert desk == float(figures.day.pnl[rows].sum())


def test_a_fraction_of_nothing_is_missing() -> None:
    """A book that is worth less than nothing has no fractions, with the reason."""
    short = calculate(book(share("AAA", -1.0)), small_market(), REQUEST)
    limit = Limit(measure=LimitMeasure.VAR, unit=Unit.FRACTION, hard=0.1)
    measured = LimitFigures(short.cube, short.tail).measured(limit)
    assert measured.value is None
    assert "no value" in measured.missing
