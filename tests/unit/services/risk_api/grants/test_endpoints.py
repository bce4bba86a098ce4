"""What the routes of grants declare; what they do is tested over HTTP in tests/integration/risk_api."""

from plimsoll.services.risk_api.grants.endpoints import router
from routes_of import declared


def test_giving_and_approving_are_different_permissions() -> None:
    """Whoever gives a role does not approve it by the same permission."""
    read, write, approve = {"grants:read"}, {"grants:write"}, {"grants:approve"}
    assert declared(router) == {
        ("POST", ""): write,
        ("GET", ""): read,
        ("GET", "/{grant_id}"): read,
        ("POST", "/{grant_id}/approve"): approve,
        ("POST", "/{grant_id}/reject"): approve,
        ("POST", "/{grant_id}/end"): write,
    }
