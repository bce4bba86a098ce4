"""What the route of the back-fill declares."""

from plimsoll.services.risk_api.backfills.endpoints import router
from routes_of import declared


def test_a_backfill_starts_runs() -> None:
    """Whoever may start a run may start many."""
    assert declared(router) == {("POST", "/{portfolio_id}/backfill"): {"runs:start"}}
