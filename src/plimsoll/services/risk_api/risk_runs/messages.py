"""Results of the workflows as messages."""

from collections.abc import Sequence
from uuid import UUID

from plimsoll.data.store.runs import RunRecord
from plimsoll.services.risk_api.limits.messages import limit_impact
from plimsoll.services.risk_api.position_messages import position_message
from plimsoll.wire.cube import CubeCut, CubeNode
from plimsoll.wire.positions import Assumption, Failure
from plimsoll.wire.replays import Change, OptionChange, PositionChange, RunDiff, RunInput
from plimsoll.wire.risk_runs import RiskRun, RunOptions
from plimsoll.wire.what_if import RiskFigures, TradeRisk, WhatIfChange, WhatIfResult
from plimsoll.workflows import comparison, replay
from plimsoll.workflows.cube_queries import CutNode
from plimsoll.workflows.what_if import WhatIf

__all__ = ["cube_cut", "risk_run", "run_diff", "what_if_result"]

_OWN = frozenset({"path", "volatility", "worst_loss"})


def risk_run(record: RunRecord) -> RiskRun:
    """Return what is known about a run without its report.

    Parameters
    ----------
    record
        As stored.
    """
    named = {name: getattr(record, name) for name in RiskRun.model_fields if name != "options"}
    return RiskRun(**named, options=RunOptions.model_validate(record.request))


def cube_cut(record: RunRecord, by: Sequence[str], nodes: Sequence[CutNode]) -> CubeCut:
    """Return the slices of a run.

    Parameters
    ----------
    record
        The run.
    by
        Attributes, top down.
    nodes
        Each before its children; at least one.
    """
    return CubeCut(
        risk_run=record.id,
        by=tuple(by),
        base_currency=record.base_currency,
        confidence=nodes[0].risk.var.confidence,
        nodes=tuple(map(_node, nodes)),
    )


def what_if_result(run: UUID, result: WhatIf) -> WhatIfResult:
    """Return the figures before and after the trades.

    Parameters
    ----------
    run
        Whose cube the trades were held against.
    result
        Of the workflow.
    """
    change = WhatIfChange(value=result.value_change, var=result.var_change, es=result.es_change)
    return WhatIfResult(
        risk_run=run,
        base_currency=result.base_currency,
        before=RiskFigures.model_validate(result.before),
        after=RiskFigures.model_validate(result.after),
        change=change,
        trades=tuple(map(TradeRisk.model_validate, result.trades)),
        failures=tuple(map(Failure.model_validate, result.failures)),
        assumptions=tuple(map(Assumption.model_validate, result.assumptions)),
        limits=tuple(map(limit_impact, result.limits)),
    )


def run_diff(before: UUID, after: UUID, found: replay.RunDiff) -> RunDiff:
    """Return what differs between two runs.

    Parameters
    ----------
    before, after
        The runs.
    found
        Of the workflow.
    """
    return RunDiff(
        before=before,
        after=after,
        changed=tuple(map(RunInput, found.changed)),
        value=Change.model_validate(found.value),
        var=Change.model_validate(found.var),
        es=Change.model_validate(found.es),
        options={name: OptionChange(before=one, after=other) for name, (one, other) in found.options.items()},
        added=tuple(map(_position_change, found.added)),
        removed=tuple(map(_position_change, found.removed)),
        altered=tuple(map(_position_change, found.altered)),
    )


def _position_change(change: comparison.PositionChange) -> PositionChange:
    return PositionChange(
        symbol=change.symbol,
        before=None if change.before is None else position_message(change.before),
        after=None if change.after is None else position_message(change.after),
    )


def _node(node: CutNode) -> CubeNode:
    own = {name: getattr(node, name) for name in _OWN}
    names = CubeNode.model_fields.keys() - _OWN
    return CubeNode.model_validate({**own, **{name: getattr(node.risk, name) for name in names}})
