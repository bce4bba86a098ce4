"""Tenants."""

import pytest

from plimsoll.data.store.database import Database
from plimsoll.errors import ConflictError
from plimsoll.security.passwords import Passwords
from plimsoll.workflows.first_administrator import make_first_administrator
from plimsoll.workflows.new_tenants import LINK_LIFE, create_tenant
from plimsoll.workflows.second_step import NoSecondStep
from plimsoll.workflows.sessions import Origin, SignedIn, principal_of
from plimsoll.workflows.sign_in import Claim, sign_in
from somebody import EMAIL, NOW, PASSWORD

pytestmark = pytest.mark.anyio


async def test_a_tenant_has_people_of_its_own(database: Database) -> None:
    """Its link makes its first administrator, who signs in by naming it and sees it alone."""
    one, other = [await create_tenant(database, name, NOW) for name in ("Acme", "Zenith")]
    assert one.token not in repr(one)
    for made in (one, other):
        signed_in = await make_first_administrator(
            database,
            Passwords(),
            made.token,
            name="Ada",
            email=EMAIL,
            password=PASSWORD,
            origin=Origin(),
            now=NOW + LINK_LIFE / 2,
        )
        assert signed_in.tenant == made.tenant.id
    again = await sign_in(
        database, Passwords(), NoSecondStep(), Claim(EMAIL, PASSWORD, "Acme"), Origin(), NOW
    )
    assert isinstance(again, SignedIn)
    caller = await principal_of(database, again.token, NOW)
    assert caller is not None
    assert caller.tenant == one.tenant.id


async def test_a_name_is_taken_once(database: Database) -> None:
    """A second tenant of the name is refused and leaves nothing behind."""
    await create_tenant(database, "Acme", NOW)
    with pytest.raises(ConflictError):
        await create_tenant(database, "Acme", NOW)
