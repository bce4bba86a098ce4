"""What the routes of limits declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.limits.endpoints import router
from routes_of import declared


def test_proposing_and_approving_are_different_permissions() -> None:
    """Whoever may propose may not therefore approve, and whoever may read may do neither."""
    read, propose, approve = {"limits:read"}, {"limits:propose"}, {"limits:approve"}
    assert declared(router) == {
        ("POST", ""): propose,
        ("GET", ""): read,
        ("POST", "/trials"): read,
        ("GET", "/{limit_id}"): read,
        ("GET", "/{limit_id}/history"): read,
        ("GET", "/{limit_id}/checks"): read,
        ("GET", "/{limit_id}/proposals"): read,
        ("POST", "/{limit_id}/proposals"): propose,
        ("POST", "/{limit_id}/proposals/{proposal_id}/approve"): approve,
        ("POST", "/{limit_id}/proposals/{proposal_id}/reject"): approve,
    }
