"""What the route of others' factors declares; the rest is tested in tests/integration/risk_api."""

from plimsoll.services.risk_api.factors.of_users import router
from routes_of import declared


def test_who_reads_people_reads_what_they_have() -> None:
    """And nobody changes the factors of others this way."""
    assert declared(router) == {("GET", ""): {"users:read"}}
