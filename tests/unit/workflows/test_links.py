"""Links that are looked at before they are used."""

import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import tenants
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.errors import SignInError
from plimsoll.security.permissions import Permission, Principal
from plimsoll.security.tokens import new_token
from plimsoll.workflows.first_administrator import LIFE_OF_LINK, first_link
from plimsoll.workflows.links import tenant_of_link
from plimsoll.workflows.new_tenants import create_tenant
from plimsoll.workflows.people import change_person, invite
from somebody import NOW

pytestmark = pytest.mark.anyio


async def test_a_good_link_says_where_it_leads_and_stays_good(database: Database) -> None:
    """To the installation, or to a tenant of its own by name; until its time is over."""
    async with database.session(LOCAL_TENANT) as session:
        await tenants.ensure(session, LOCAL_TENANT, "local")
    ours = await first_link(database, NOW) or ""
    theirs = (await create_tenant(database, "Acme", NOW)).token
    for _ in range(2):
        assert await tenant_of_link(database, ours, NOW) is None
        assert await tenant_of_link(database, theirs, NOW) == "Acme"
    with pytest.raises(SignInError, match="too old"):
        await tenant_of_link(database, ours, NOW + LIFE_OF_LINK)


async def test_what_is_good_for_nothing_is_one_and_the_same(database: Database, tenant: UUID) -> None:
    """A link of somebody who was shut out, one that nobody made, and what is no link."""
    owner = Principal("local", tenant, "Local", frozenset(Permission))
    async with database.session(tenant) as session:
        made = await invite(session, owner, name="Bob", email="bob@example.com", now=NOW)
    assert await tenant_of_link(database, made.token, NOW + dt.timedelta(days=2)) is not None
    async with database.session(tenant) as session:
        await change_person(
            session, owner, made.user.id, name=None, enabled=False, expected_version=1, now=NOW
        )
    for token in (made.token, new_token("pli"), "", "nonsense"):
        with pytest.raises(SignInError) as refusal:
            await tenant_of_link(database, token, NOW)
        assert refusal.value.message == "the link was used already or is too old"
