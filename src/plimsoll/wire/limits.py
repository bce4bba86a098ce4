"""Limits: what is in force, what is proposed, and how the last run stood to it."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import Figure, Label, Name, Number, Whole, WireModel, example
from plimsoll.wire.page import Page

__all__ = [
    "Comment",
    "Limit",
    "LimitCheck",
    "LimitCheckPage",
    "LimitDecision",
    "LimitDefinition",
    "LimitHistory",
    "LimitMeasure",
    "LimitPage",
    "LimitProposal",
    "LimitProposals",
    "LimitState",
    "LimitVersion",
    "NewLimit",
    "NewLimitProposal",
]

Comment = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]
"""What somebody says about a change; may be empty."""


class LimitMeasure(StrEnum):
    """What can be limited; money in base currency, losses positive, values and P&L signed."""

    VAR = "var"
    ES = "es"
    COMPONENT_VAR = "component_var"
    COMPONENT_ES = "component_es"
    INCREMENTAL_VAR = "incremental_var"
    INCREMENTAL_ES = "incremental_es"
    VOLATILITY = "volatility"
    WORST_LOSS = "worst_loss"
    VALUE = "value"
    GROSS_VALUE = "gross_value"
    DAY_PNL = "day_pnl"
    SHARE = "share"
    LARGEST_SHARE = "largest_share"


class LimitState(StrEnum):
    """How a measure stands to its limit; unknown is never ok."""

    OK = "ok"
    WARNING = "warning"
    BREACHED = "breached"
    UNKNOWN = "unknown"


_ID, _PORTFOLIO = "0197a3c2-9d10-7a51-8c3e-5b7d2e4f6a80", "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10"
_PROPOSAL_ID, _RUN = "0197a3c2-9e20-7b62-9d4f-6c8e3f507b91", "0197a3c2-7c40-7f63-8b20-8d3f1e509c74"
_DEFINITION: dict[str, Any] = {
    "measure": "var",
    "node": {"desk": "Growth"},
    "bound": "upper",
    "unit": "currency",
    "soft": 120000.0,
    "hard": 150000.0,
    "hysteresis": 0.05,
    "confidence": 0.99,
    "horizon_days": 1,
    "method": None,
}
_PROPOSAL: dict[str, Any] = {
    "id": _PROPOSAL_ID,
    "limit_id": _ID,
    "kind": "create",
    "based_on": 0,
    "name": "VaR of Growth",
    "definition": _DEFINITION,
    "valid_from": None,
    "comment": "As the risk committee decided",
    "proposed_by": "ada",
    "proposed_at": "2026-06-30T07:00:00.000000Z",
    "expires_at": "2026-07-14T07:00:00.000000Z",
    "status": "approved",
    "decided_by": "bob",
    "decided_at": "2026-06-30T08:00:00.000000Z",
    "decision_comment": "",
    "four_eyes": True,
}
_VERSION: dict[str, Any] = {
    "limit_id": _ID,
    "version": 1,
    "name": "VaR of Growth",
    "definition": _DEFINITION,
    "valid_from": None,
    "known_at": "2026-06-30T08:00:00.000000Z",
    "proposal_id": _PROPOSAL_ID,
}
_CHECK: dict[str, Any] = {
    "id": "0197a3c2-a130-7c73-8e50-7d9f4061809a",
    "limit_id": _ID,
    "version": 1,
    "risk_run": _RUN,
    "as_of": "2026-06-30",
    "checked_at": "2026-06-30T09:00:00.000000Z",
    "state": "warning",
    "value": 148200.5,
    "low": 131000.0,
    "high": 171500.0,
    "utilisation": 0.988,
    "probability": 0.44,
    "missing": "",
}
_LIMIT: dict[str, Any] = {
    "id": _ID,
    "portfolio_id": _PORTFOLIO,
    "status": "active",
    "version": 1,
    "name": "VaR of Growth",
    "definition": _DEFINITION,
    "valid_from": None,
    "created_at": "2026-06-30T07:00:00.000000Z",
    "proposal": None,
    "check": _CHECK,
}


class LimitDefinition(WireModel):
    """How far a measure of a slice of a portfolio may go."""

    model_config = example(_DEFINITION)

    measure: LimitMeasure
    node: dict[Label, Label] = Field(
        default_factory=dict, max_length=20, description="Label by attribute; empty is the whole portfolio"
    )
    bound: Literal["upper", "lower"] = "upper"
    unit: Literal["currency", "fraction"] = Field(
        default="currency",
        description="Of the levels: base currency, or a fraction of net value (of gross value for shares)",
    )
    soft: Number | None = Field(default=None, description="Reaching it is a warning")
    hard: Number | None = Field(default=None, description="Reaching it is a breach")
    hysteresis: Number = Field(
        default=0.0, ge=0, lt=1, description="How far back the measure must come, as a fraction of the level"
    )
    confidence: Number = Field(default=0.99, gt=0.5, le=0.9999, description="Of VaR, ES and their parts")
    horizon_days: Whole = Field(default=1, ge=1, le=250, description="Of what is measured over scenarios")
    method: Literal["historical", "parametric", "monte-carlo"] | None = Field(
        default=None, description="Only runs by this method are checked; null for any"
    )


class NewLimit(WireModel):
    """A limit that somebody proposes."""

    model_config = example(
        {
            "portfolio_id": _PORTFOLIO,
            "name": "VaR of Growth",
            "definition": {
                "measure": "var",
                "node": {"desk": "Growth"},
                "soft": 120000,
                "hard": 150000,
                "hysteresis": 0.05,
            },
            "comment": "As the risk committee decided",
        }
    )

    portfolio_id: UUID
    name: Name
    definition: LimitDefinition
    valid_from: dt.date | None = Field(
        default=None, description="First date of the runs that it applies to; null for all"
    )
    comment: Comment = ""


class NewLimitProposal(WireModel):
    """A change of a limit in force, or its end, that somebody proposes."""

    model_config = example(
        {
            "based_on": 1,
            "name": "VaR of Growth",
            "definition": {**_DEFINITION, "hard": 160000.0},
            "comment": "More room until the hedge is done",
        }
    )

    based_on: Whole = Field(ge=0, description="Version that the proposer has seen")
    name: Name | None = Field(default=None, description="Null keeps it")
    definition: LimitDefinition | None = Field(default=None, description="Null retires the limit")
    valid_from: dt.date | None = None
    comment: Comment = ""


class LimitDecision(WireModel):
    """What whoever decides has to say."""

    model_config = example({"comment": "As agreed"})

    comment: Comment = ""


class LimitProposal(WireModel):
    """A change that somebody wants, and what was decided."""

    model_config = example(_PROPOSAL)

    id: UUID
    limit_id: UUID
    kind: Literal["create", "change", "retire"]
    based_on: int
    name: str
    definition: LimitDefinition | None = Field(description="Null to retire the limit")
    valid_from: dt.date | None
    comment: str
    proposed_by: str
    proposed_at: AwareDatetime
    expires_at: AwareDatetime = Field(description="From then on nobody can approve it")
    status: Literal["open", "approved", "rejected", "expired"]
    decided_by: str | None
    decided_at: AwareDatetime | None
    decision_comment: str | None
    four_eyes: bool | None = Field(description="Whether another than the proposer had to approve")


class LimitProposals(WireModel):
    """All proposals for a limit, the last one first."""

    model_config = example({"items": [_PROPOSAL]})

    items: tuple[LimitProposal, ...]


class LimitVersion(WireModel):
    """What came into force."""

    model_config = example(_VERSION)

    limit_id: UUID
    version: int
    name: str
    definition: LimitDefinition | None = Field(description="Null: retired")
    valid_from: dt.date | None = Field(description="First date of the runs that it applies to; null for all")
    known_at: AwareDatetime = Field(description="Since when it is in force")
    proposal_id: UUID


class LimitHistory(WireModel):
    """All that came into force, the last first."""

    model_config = example({"items": [_VERSION]})

    items: tuple[LimitVersion, ...]


class LimitCheck(WireModel):
    """How a run stood to a limit; numbers in the unit of the limit."""

    model_config = example(_CHECK)

    id: UUID
    limit_id: UUID
    version: int = Field(description="Of the limit, in force when the run was stored")
    risk_run: UUID
    as_of: dt.date
    checked_at: AwareDatetime
    state: LimitState
    value: Figure
    low: Figure
    high: Figure
    utilisation: Figure = Field(description="1 at the hard level, or at the soft one where there is no other")
    probability: Figure = Field(
        description="Confidence that the true measure is beyond; null where the level is not in the interval"
    )
    missing: str = Field(description="What was not measured; empty where all was")


class LimitCheckPage(Page[LimitCheck]):
    """One page of the checks of a limit."""

    model_config = example({"items": [_CHECK], "next": None})


class Limit(WireModel):
    """A limit as it stands."""

    model_config = example(_LIMIT)

    id: UUID
    portfolio_id: UUID
    status: Literal["proposed", "active", "retired"]
    version: int = Field(description="Of what came into force last; 0 where nothing has")
    name: str
    definition: LimitDefinition | None = Field(description="In force; null where nothing is")
    valid_from: dt.date | None
    created_at: AwareDatetime
    proposal: LimitProposal | None = Field(description="What waits for a decision")
    check: LimitCheck | None = Field(description="How the last run stood to it")


class LimitPage(Page[Limit]):
    """One page of limits."""

    model_config = example({"items": [_LIMIT], "next": None})
