"""Live numbers as messages."""

from plimsoll.wire import live
from plimsoll.wire.estimate import Estimate
from plimsoll.workflows.live_limits import LiveLimit
from plimsoll.workflows.live_stream import LiveMoment

__all__ = ["encoded"]


def encoded(moment: LiveMoment) -> bytes:
    """Return an update as JSON, once for all who listen.

    Parameters
    ----------
    moment
        What it says.
    """
    update = moment.update
    return (
        live.LiveUpdate(
            portfolio_id=moment.base.portfolio_id,
            risk_run=moment.base.run_id,
            by=moment.by,
            base_currency=moment.base_currency,
            sequence=moment.sequence,
            at=update.at,
            degraded=moment.degraded,
            behind=moment.base.behind,
            var=Estimate.model_validate(update.var),
            es=Estimate.model_validate(update.es),
            value_change=update.value_change,
            var_change=update.var_change,
            es_change=update.es_change,
            nodes=tuple(map(live.LiveNode.model_validate, update.nodes)),
            movers=tuple(map(live.LiveMover.model_validate, update.movers)),
            stale=tuple(map(live.StaleFactor.model_validate, update.stale)),
            applied=update.applied,
            coalesced=moment.coalesced,
            rejected={reason.value: count for reason, count in update.rejected.items()},
            findings=tuple(map(live.DoubtedTick.model_validate, update.findings)),
            limits=tuple(map(_limit, moment.limits)),
        )
        .model_dump_json()
        .encode()
    )


def _limit(found: LiveLimit) -> live.LiveLimit:
    state = found.state
    return live.LiveLimit(
        limit_id=found.limit_id,
        name=found.name,
        measure=found.measure.value,
        state=state.state.value,
        value=state.value,
        utilisation=state.utilisation,
        probability=state.probability,
        missing=state.missing,
    )
