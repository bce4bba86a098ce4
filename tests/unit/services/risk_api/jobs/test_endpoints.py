"""What the routes of jobs declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.jobs.endpoints import router
from routes_of import declared


def test_looking_and_meddling_are_different_permissions() -> None:
    """Whoever may see jobs cancels and repeats none."""
    read, write = {"jobs:read"}, {"jobs:write"}
    assert declared(router) == {
        ("GET", ""): read,
        ("GET", "/{job_id}"): read,
        ("POST", "/{job_id}/cancel"): write,
        ("POST", "/{job_id}/retry"): write,
    }
