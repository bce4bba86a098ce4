"""Limits as messages, and messages as limits."""

from plimsoll.data.store import limit_checks as checks
from plimsoll.data.store import limit_proposals as proposals
from plimsoll.data.store import limits
from plimsoll.data.store.limit_document import from_document, to_document
from plimsoll.risk import limits as risk
from plimsoll.wire.limit_trials import LimitTrial, TrialDay, TrialRuns
from plimsoll.wire.limits import Limit, LimitCheck, LimitDefinition, LimitProposal, LimitState, LimitVersion
from plimsoll.wire.what_if import LimitFigures, LimitImpact
from plimsoll.workflows import limit_trials, what_if_limits

__all__ = [
    "limit_check",
    "limit_impact",
    "limit_message",
    "limit_of",
    "limit_proposal",
    "limit_trial",
    "limit_version",
]

_STATE = ("state", "value", "low", "high", "utilisation", "probability", "missing")


def limit_of(definition: LimitDefinition) -> risk.Limit:
    """Return the limit that a client describes.

    Parameters
    ----------
    definition
        As the client sent it.

    Raises
    ------
    UsageError
        If its fields do not go together.
    """
    return from_document(definition.model_dump(mode="json"))


def limit_message(
    record: limits.LimitRecord, proposal: proposals.LimitProposal | None, check: checks.LimitCheck | None
) -> Limit:
    """Return a limit as it stands.

    Parameters
    ----------
    record
        As stored.
    proposal
        What waits for a decision.
    check
        The last one.
    """
    last = record.last
    return Limit(
        id=record.id,
        portfolio_id=record.portfolio_id,
        status=record.status.value,
        version=record.version,
        name=record.name if last is not None or proposal is None else proposal.name,
        definition=None if last is None else _definition(last.limit),
        valid_from=None if last is None else last.valid_from,
        created_at=record.created_at,
        proposal=None if proposal is None else limit_proposal(proposal),
        check=None if check is None else limit_check(check),
    )


def limit_version(version: limits.LimitVersion) -> LimitVersion:
    """Return what came into force.

    Parameters
    ----------
    version
        As stored.
    """
    named = {name: getattr(version, name) for name in LimitVersion.model_fields if name != "definition"}
    return LimitVersion(**named, definition=_definition(version.limit))


def limit_proposal(proposal: proposals.LimitProposal) -> LimitProposal:
    """Return a proposal.

    Parameters
    ----------
    proposal
        As stored.
    """
    named = {name: getattr(proposal, name) for name in LimitProposal.model_fields if name != "definition"}
    return LimitProposal(**named, definition=_definition(proposal.limit))


def limit_check(check: checks.LimitCheck) -> LimitCheck:
    """Return how a run stood to a limit.

    Parameters
    ----------
    check
        As stored.
    """
    return LimitCheck(
        id=check.id,
        limit_id=check.limit_id,
        version=check.version,
        risk_run=check.run_id,
        as_of=check.as_of,
        checked_at=check.checked_at,
        **{name: getattr(check.state, name) for name in _STATE},
    )


def limit_impact(impact: what_if_limits.LimitImpact) -> LimitImpact:
    """Return a limit before and after trades.

    Parameters
    ----------
    impact
        Of the workflow.
    """
    return LimitImpact(
        limit_id=impact.limit_id,
        name=impact.name,
        definition=LimitDefinition.model_validate(to_document(impact.limit)),
        before=LimitFigures.model_validate(impact.before),
        after=LimitFigures.model_validate(impact.after),
    )


def limit_trial(trial: limit_trials.LimitTrial) -> LimitTrial:
    """Return what a limit would have done.

    Parameters
    ----------
    trial
        Of the workflow.
    """
    count, runs = trial.count, trial.run_count
    days = zip(trial.dates, trial.values.tolist(), map(LimitState, count.states), strict=True)
    return LimitTrial(
        risk_run=trial.run,
        estimator=trial.estimator,
        days=len(trial.dates),
        fired=count.fired,
        days_breached=count.days(risk.State.BREACHED),
        warned=count.warned,
        days_warning=count.days(risk.State.WARNING),
        history=tuple(TrialDay(date=date, value=value, state=state) for date, value, state in days),
        runs=TrialRuns(
            days=trial.run_days, fired=runs.fired if runs else 0, warned=runs.warned if runs else 0
        ),
    )


def _definition(limit: risk.Limit | None) -> LimitDefinition | None:
    return None if limit is None else LimitDefinition.model_validate(to_document(limit))
