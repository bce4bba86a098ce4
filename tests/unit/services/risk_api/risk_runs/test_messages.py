"""Results of the workflows as messages."""

import datetime as dt
from uuid import UUID

from plimsoll.data.store.runs import RunRecord
from plimsoll.reporting.report import NodeRisk
from plimsoll.risk.failures import Failure, Reason
from plimsoll.risk.measures import Estimate
from plimsoll.services.risk_api.risk_runs.messages import cube_cut, risk_run, run_diff, what_if_result
from plimsoll.workflows.comparison import Change, PositionChange
from plimsoll.workflows.cube_queries import CutNode
from plimsoll.workflows.figures import RiskFigures
from plimsoll.workflows.replay import RunDiff
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.request_document import to_document
from plimsoll.workflows.what_if import TradeRisk, WhatIf
from small_book import share

ESTIMATE = Estimate(10.0, None, 12.0, 0.99, 1, "order_statistic", 5, 500, "binomial")
RECORD = RunRecord(
    id=UUID(int=1),
    portfolio_id=UUID(int=2),
    holdings_id=UUID(int=3),
    price_set_id=UUID(int=4),
    run_id="a" * 64,
    request=to_document(ReportRequest(by=("desk",), base_currency="EUR")),
    as_of=dt.date(2024, 1, 1),
    created_at=dt.datetime(2024, 1, 2, tzinfo=dt.UTC),
    created_by="local",
    var=10.0,
    es=12.0,
    value=1000.0,
    base_currency="EUR",
)


def test_a_run_shows_its_options() -> None:
    """What was asked, with every default, is part of the message."""
    message = risk_run(RECORD)
    assert message.options.by == ("desk",)
    assert message.options.model_dump(mode="json") == RECORD.request
    assert (message.var, message.es, message.value) == (10.0, 12.0, 1000.0)


def test_a_cut_keeps_paths_and_intervals() -> None:
    """A node has its path and its estimates, a missing end of an interval is null."""
    risk = NodeRisk("A", 7.0, 2, ESTIMATE, ESTIMATE, 1.0, 2.0, 3.0, 4.0)
    cut = cube_cut(RECORD, ("desk",), [CutNode(("A",), risk, 2.0, 3.0)])
    (node,) = cut.nodes
    assert (cut.risk_run, cut.by, cut.base_currency) == (RECORD.id, ("desk",), "EUR")
    assert (node.path, node.positions, node.incremental_es) == (("A",), 2, 4.0)
    assert (node.var.value, node.var.low, node.es.high) == (10.0, None, 12.0)


def test_a_what_if_shows_what_moved() -> None:
    """The change is after less before, and trades that could not be valued are named."""
    result = WhatIf(
        base_currency="EUR",
        before=RiskFigures(100.0, ESTIMATE, ESTIMATE),
        after=RiskFigures(90.0, ESTIMATE, ESTIMATE),
        trades=(TradeRisk("AAA", -1.0, 10.0, -10.0, -0.5, -0.6),),
        failures=(Failure(Reason.UNKNOWN_SYMBOL, "ZZZ", "no prices"),),
        assumptions=(),
    )
    message = what_if_result(UUID(int=1), result)
    assert (message.change.value, message.change.var, message.change.es) == (-10.0, 0.0, 0.0)
    assert (message.trades[0].symbol, message.failures[0].reason) == ("AAA", "unknown-symbol")


def test_a_diff_shows_positions_on_both_sides() -> None:
    """A position that one run does not hold is null there; options show both values."""
    held = share("AAA", 1.0, "USD")
    found = RunDiff(
        changed=("positions", "configuration"),
        value=Change(1.0, 2.0, None),
        var=Change(1.0, 2.0, 1.0),
        es=Change(1.0, 2.0, 1.0),
        options={"by": (None, ["desk"])},
        added=(PositionChange("AAA", None, held),),
        removed=(PositionChange("BBB", share("BBB", 2.0, "EUR"), None),),
        altered=(),
    )
    message = run_diff(UUID(int=1), UUID(int=2), found)
    assert message.value.change is None
    assert message.options["by"].after == ["desk"]
    assert message.added[0].before is None
    assert message.added[0].after is not None
    assert message.removed[0].after is None
