"""What the routes of providers declare; what they do is tested in tests/security."""

from plimsoll.services.risk_api.identity_providers.endpoints import router
from routes_of import declared


def test_whoever_says_who_people_are_is_chosen_by_those_who_manage_people() -> None:
    """Reading and changing are different permissions."""
    one = "/{provider_id}"
    assert declared(router) == {
        ("POST", ""): {"users:write"},
        ("GET", ""): {"users:read"},
        ("GET", one): {"users:read"},
        ("POST", f"{one}/remove"): {"users:write"},
    }
