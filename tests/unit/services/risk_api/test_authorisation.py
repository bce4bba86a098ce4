"""Who may do what, decided in one place; what it means is tested over HTTP in tests/security."""

from uuid import UUID

import pytest
from starlette.requests import Request

from plimsoll.data.store.database import Database
from plimsoll.security.permissions import Permission, Principal
from plimsoll.security.scopes import EVERYTHING, Scope
from plimsoll.services.risk_api.authorisation import authorize, is_narrowed
from plimsoll.services.risk_api.context import ApiContext
from plimsoll.services.risk_api.problems import ProblemError
from plimsoll.services.risk_api.sign_in import LocalSignIn

HERE, TENANT = UUID(int=7), UUID(int=1)
READ = frozenset({Permission.RUNS_READ})


def asked(database: Database) -> Request:
    """Return a request that nobody has looked at."""
    context = ApiContext(database=database, sign_in=LocalSignIn(TENANT, "x"))
    return Request({"type": "http", "headers": [], "state": {"context": context}})


def somebody(scope: Scope = EVERYTHING) -> Principal:
    """Return somebody who reads runs."""
    return Principal("a", TENANT, "A", READ, scope=scope)


def test_a_missing_permission_is_refused(database_url: str) -> None:
    """Who lacks one of those that are needed gets 403."""
    with pytest.raises(ProblemError) as caught:
        authorize(asked(Database(database_url)), somebody(), READ | {Permission.RUNS_START})
    assert (caught.value.status_code, caught.value.code) == (403, "forbidden")


def test_who_sees_everything_goes_on_with_the_same_database(database_url: str) -> None:
    """Nothing is made or changed for those whose permission holds in the whole tenant."""
    database = Database(database_url)
    request = asked(database)
    authorize(request, somebody(), READ)
    assert request.state.context.database is database
    assert not is_narrowed(request)


def test_who_sees_some_portfolios_goes_on_with_a_view(database_url: str) -> None:
    """A permission that holds for some portfolios narrows the request that needs it, and no other."""
    scope = Scope.of({Permission.RUNS_READ: [HERE]})
    request = asked(Database(database_url))
    authorize(request, somebody(scope), READ)
    assert is_narrowed(request)
    request = asked(Database(database_url))
    authorize(request, somebody(scope), frozenset())
    assert not is_narrowed(request)
