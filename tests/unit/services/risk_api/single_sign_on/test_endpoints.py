"""What the routes of single sign-on declare; what they do is tested in tests/security."""

from uuid import UUID

import pytest

from plimsoll.data.store.database import Database
from plimsoll.data.store.providers import ProviderRecord
from plimsoll.data.store.tenants import LOCAL_TENANT, ensure
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.requirements import is_public
from plimsoll.services.risk_api.routes import ApiRoute
from plimsoll.services.risk_api.single_sign_on.endpoints import router
from plimsoll.workflows.new_tenants import create_tenant
from plimsoll.workflows.outward import Outward
from plimsoll.workflows.single_sign_on import add_provider
from probe_api import client_of, probe_app
from routes_of import declared
from somebody import NOW

pytestmark = pytest.mark.anyio


def test_whoever_signs_in_is_nobody_yet() -> None:
    """The routes are public, and say so."""
    paths = ("/sign-in/providers", "/sign-in/provider/{provider_id}", "/sign-in/back")
    assert declared(router) == {("GET", path): set() for path in paths}
    assert all(is_public(route.dependant) for route in router.routes if isinstance(route, ApiRoute))


async def test_the_page_is_told_names_and_nothing_else(database: Database) -> None:
    """Providers of the tenant that is named are offered by name; who we are there is not told."""

    async def added(tenant: UUID, name: str) -> ProviderRecord:
        async with database.session(tenant) as session:
            return await add_provider(
                session,
                Outward(),
                name=name,
                issuer="https://login.example.com",
                client_id="plimsoll",
                client_secret="between us",  # noqa: S106 - of a provider that is made up
                actor=Principal("local", tenant, "Local user", frozenset(Permission)),
            )

    async with database.session(LOCAL_TENANT) as session:
        await ensure(session, LOCAL_TENANT, "local")
    made = await added(LOCAL_TENANT, "Work")
    theirs = await added((await create_tenant(database, "Acme", NOW)).tenant.id, "Acme login")
    async with client_of(probe_app(database), key=None) as client:
        offered, other, unknown = [
            (await client.get("/sign-in/providers", params={"tenant": name})).json()
            for name in ("", "Acme", "Nobody")
        ]
    assert other == {"items": [{"name": "Acme login", "sign_in": f"/sign-in/provider/{theirs.id}"}]}
    assert unknown == {"items": []}
    assert offered == {"items": [{"name": "Work", "sign_in": f"/sign-in/provider/{made.id}"}]}
