"""What knows the second factors of people, for a request."""

from starlette.requests import Request

from plimsoll.data.store.database import Database
from plimsoll.services.risk_api.context import ApiContext
from plimsoll.services.risk_api.second_steps import second_step
from plimsoll.workflows.factor_step import FactorStep
from probe_api import sign_in
from somebody import Codes


def test_what_is_handed_in_is_asked() -> None:
    """Where nothing is, the factors that are stored are, at the origin of the request."""
    scope = {"type": "http", "scheme": "https", "headers": [(b"host", b"risk.example.com")]}
    database, request = Database("postgresql://127.0.0.1/x"), Request({**scope, "client": ("192.0.2.1", 9)})
    codes = Codes()
    assert second_step(ApiContext(database=database, sign_in=sign_in(), second=codes), request) is codes
    found = second_step(ApiContext(database=database, sign_in=sign_in()), request)
    assert isinstance(found, FactorStep)
    assert (found.origin, found.address) == ("https://risk.example.com", "192.0.2.1")
