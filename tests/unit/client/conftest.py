"""The API that the tests of the client talk to."""

import asyncio
from collections.abc import Iterator

import pytest

from api_server import serving
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT, ensure
from plimsoll.security.tokens import new_token
from plimsoll.services.risk_api.app import RiskApi, create_app
from plimsoll.services.risk_api.context import ApiContext
from plimsoll.services.risk_api.sign_in import LocalSignIn


@pytest.fixture
def key() -> str:
    """Return the key that the API lets in."""
    return new_token("plk")


@pytest.fixture
def api(database_url: str, key: str) -> RiskApi:
    """Return the application on a database of its own, not started yet."""

    async def settle() -> None:
        database = Database(database_url)
        async with database.session(LOCAL_TENANT) as session:
            await ensure(session, LOCAL_TENANT, "local")
        await database.dispose()

    asyncio.run(settle())
    return create_app(ApiContext(database=Database(database_url), sign_in=LocalSignIn(LOCAL_TENANT, key)))


@pytest.fixture
def api_url(api: RiskApi) -> Iterator[str]:
    """Yield where the application is served."""
    with serving(api) as port:
        yield f"http://127.0.0.1:{port}"
