"""What the route of the risk history declares; tests/integration/risk_api has what it does."""

from plimsoll.services.risk_api.risk_history.endpoints import router
from routes_of import declared


def test_whoever_reads_runs_reads_their_history() -> None:
    """The figures are those of runs, and so is the permission."""
    assert declared(router) == {("GET", ""): {"runs:read"}}
