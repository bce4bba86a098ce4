"""What the routes of risk runs declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.risk_runs.endpoints import router
from routes_of import declared


def test_reading_and_calculating_are_different_permissions() -> None:
    """Whoever may read runs may ask what-if, but starts and replays none."""
    read, start = {"runs:read"}, {"runs:start"}
    assert declared(router) == {
        ("POST", ""): start,
        ("GET", ""): read,
        ("GET", "/{run_id}"): read,
        ("GET", "/{run_id}/report"): read,
        ("GET", "/{run_id}/report.html"): read,
        ("GET", "/{run_id}/cube"): read,
        ("POST", "/{run_id}/what-if"): read,
        ("POST", "/{run_id}/replay"): start,
        ("GET", "/{run_id}/diff/{other_id}"): read,
    }
