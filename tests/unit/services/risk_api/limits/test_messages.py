"""Limits as messages."""

import datetime as dt
from uuid import UUID

import numpy as np
import pytest

from plimsoll.data.store.limit_proposals import LimitProposal, ProposalKind, ProposalStatus
from plimsoll.data.store.limits import LimitRecord, LimitVersion
from plimsoll.errors import UsageError
from plimsoll.risk.limit_trials import TrialCount
from plimsoll.risk.limits import Limit, LimitMeasure, LimitState, State, node_of
from plimsoll.services.risk_api.limits import messages
from plimsoll.wire.limits import LimitDefinition
from plimsoll.workflows.limit_trials import LimitTrial
from plimsoll.workflows.what_if_limits import LimitImpact

NOW = dt.datetime(2024, 1, 3, tzinfo=dt.UTC)
LIMIT = Limit(measure=LimitMeasure.ES, node=node_of({"desk": "Growth"}), soft=1.0, hard=2.0, hysteresis=0.1)


def test_a_definition_is_the_limit_and_back() -> None:
    """What a client describes is the limit of the engine; nonsense is refused."""
    described = LimitDefinition.model_validate(
        {"measure": "es", "node": {"desk": "Growth"}, "soft": 1, "hard": 2, "hysteresis": 0.1}
    )
    assert messages.limit_of(described) == LIMIT
    with pytest.raises(UsageError, match="level"):
        messages.limit_of(LimitDefinition.model_validate({"measure": "es"}))


def test_a_proposed_limit_is_called_as_proposed() -> None:
    """While nothing is in force, the name is that of the proposal and there is no definition."""
    proposal = LimitProposal(
        id=UUID(int=2),
        limit_id=UUID(int=1),
        kind=ProposalKind.CREATE,
        based_on=0,
        name="ES",
        limit=LIMIT,
        valid_from=None,
        comment="",
        proposed_by="ada",
        proposed_at=NOW,
        expires_at=NOW,
        status=ProposalStatus.OPEN,
        decided_by=None,
        decided_at=None,
        decision_comment=None,
        four_eyes=None,
    )
    found = messages.limit_message(LimitRecord(UUID(int=1), UUID(int=3), 0, NOW, None), proposal, None)
    assert (found.name, found.status, found.definition) == ("ES", "proposed", None)
    assert found.proposal is not None
    assert found.proposal.definition is not None
    version = LimitVersion(UUID(int=1), 1, "ES", None, None, NOW, UUID(int=2))
    retired = messages.limit_message(LimitRecord(UUID(int=1), UUID(int=3), 1, NOW, version), None, None)
    assert (retired.name, retired.status) == ("ES", "retired")
    assert messages.limit_version(version).definition is None


def test_a_trial_keeps_its_gaps() -> None:
    """A day on which the measure makes no sense is null and unknown."""
    count = TrialCount((State.BREACHED, State.UNKNOWN), 1, 0)
    days = (dt.date(2024, 1, 2), dt.date(2024, 1, 3))
    trial = LimitTrial(UUID(int=1), "as said", days, np.array([3.0, np.nan]), count)
    found = messages.limit_trial(trial)
    assert (found.fired, found.days_breached, found.days, found.runs.fired) == (1, 1, 2, 0)
    assert [(day.value, day.state.value) for day in found.history] == [(3.0, "breached"), (None, "unknown")]


def test_an_impact_shows_both_sides() -> None:
    """Before and after, with the limit that they are measured against."""
    before = LimitState(state=State.OK, value=0.5, utilisation=0.25)
    after = LimitState(state=State.UNKNOWN, value=None, missing="no prices")
    found = messages.limit_impact(LimitImpact(UUID(int=1), "ES", LIMIT, before, after))
    assert (found.before.value, found.after.value, found.after.missing) == (0.5, None, "no prices")
    assert found.definition.node == {"desk": "Growth"}
