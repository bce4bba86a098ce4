"""What knows the second factors of people, for a request."""

from starlette.requests import Request

from plimsoll.data.store.database import Database
from plimsoll.services.risk_api.context import ApiContext
from plimsoll.services.risk_api.second_steps import second_step
from plimsoll.workflows.second_step import NoSecondStep
from probe_api import sign_in
from somebody import Codes


def test_what_is_handed_in_is_asked() -> None:
    """Where nothing is, nobody has a second factor."""
    database, request = Database("postgresql://127.0.0.1/x"), Request({"type": "http"})
    codes = Codes()
    assert second_step(ApiContext(database=database, sign_in=sign_in(), second=codes), request) is codes
    found = second_step(ApiContext(database=database, sign_in=sign_in()), request)
    assert isinstance(found, NoSecondStep)
