"""Who is told of limits and breaches."""

from uuid import UUID

import pytest

from plimsoll.data.store import alerts, portfolios
from plimsoll.data.store.database import Database
from plimsoll.data.store.models import new_id
from plimsoll.risk.limits import Limit, LimitMeasure, LimitState, State
from plimsoll.workflows.breach_notices import Outcome, tell

pytestmark = pytest.mark.anyio

UNKNOWN = LimitState(state=State.UNKNOWN, value=None, missing="no prices")
PARTLY = LimitState(state=State.BREACHED, value=5.0, missing="without X")
KNOWN = LimitState(state=State.OK, value=1.0)


@pytest.mark.parametrize(
    ("state", "title"),
    [(UNKNOWN, "VaR: not known to be within the limit"), (PARTLY, "VaR: not measured in full")],
)
async def test_missing_data_is_an_incident_of_its_own(
    database: Database, tenant: UUID, state: LimitState, title: str
) -> None:
    """What is left out raises a data alert that says what, and it is resolved once all is known."""
    limit_id = new_id()

    def outcome(state: LimitState, missed: bool) -> Outcome:
        limit = Limit(measure=LimitMeasure.VAR, hard=1.0)
        return Outcome(limit_id, "VaR", limit, "USD", state, missed, None, None)

    async with database.session(tenant) as session:
        portfolio = await portfolios.create(session, name="book", base_currency="USD", parent_id=None)
        await tell(session, portfolio.id, [outcome(state, missed=False)])
        alert = await alerts.latest(session, f"limit/{limit_id}/data")
        assert alert is not None
        assert (alert.kind.value, alert.title, alert.status.value) == ("data", title, "open")
        assert state.missing in alert.detail
        await tell(session, portfolio.id, [outcome(KNOWN, missed=True)])
        alert = await alerts.latest(session, f"limit/{limit_id}/data")
        assert alert is not None
        assert alert.status.value == "resolved"
