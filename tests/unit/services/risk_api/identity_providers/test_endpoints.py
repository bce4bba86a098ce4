"""What the routes of providers declare; what they do is tested in tests/security."""

from plimsoll.services.risk_api.identity_providers.endpoints import router
from routes_of import declared


def test_whoever_says_who_people_are_is_chosen_by_those_who_give_roles() -> None:
    """A provider can say that somebody is anybody: adding one takes the right to give what anybody has."""
    one = "/{provider_id}"
    assert declared(router) == {
        ("POST", ""): {"users:write", "grants:write"},
        ("GET", ""): {"users:read"},
        ("GET", one): {"users:read"},
        ("POST", f"{one}/remove"): {"users:write"},
    }
