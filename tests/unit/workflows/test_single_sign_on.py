"""Single sign-on without the browser; the whole way, and the attacks on it, are in tests/security."""

import datetime as dt
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from oidc_provider import CLIENT, SECRET, OidcProvider, oidc_provider
from plimsoll.data.store.audit_rows import AuditEventRow
from plimsoll.data.store.database import Database
from plimsoll.data.store.provider_rows import IdentityProviderRow
from plimsoll.errors import NotFoundError, SignInError, UsageError
from plimsoll.security.permissions import Permission, Principal
from plimsoll.workflows.outward import Outward
from plimsoll.workflows.sessions import Origin, SignedIn
from plimsoll.workflows.single_sign_on import (
    ON_THE_WAY,
    Return,
    Sent,
    add_provider,
    come_back,
    remove_provider,
    send_to,
)
from somebody import Codes, new_user

pytestmark = pytest.mark.anyio

ACTOR = Principal("local", UUID(int=1), "Local", frozenset(Permission))
HERE = "http://127.0.0.1/sign-in/back"


class Way:
    """A provider that is believed, and the way there and back."""

    def __init__(self, database: Database, tenant: UUID, provider: OidcProvider) -> None:
        self.database = database
        self.tenant = tenant
        self.provider = provider
        self.outward = Outward(loopback=True)
        self.second = Codes()
        self.id = uuid4()

    async def believe(self, issuer: str) -> None:
        """Add the provider."""
        async with self.database.session(self.tenant) as session:
            made = await add_provider(
                session,
                self.outward,
                name="Work",
                issuer=issuer,
                client_id=CLIENT,
                client_secret=SECRET,
                actor=ACTOR,
            )
        self.id = made.id

    async def there(self) -> Sent:
        """Send somebody."""
        now = dt.datetime.now(dt.UTC)
        return await send_to(self.database, self.outward, self.id, back_to=HERE, now=now)

    async def back(self, sent: Sent, *, later: dt.timedelta = dt.timedelta()) -> SignedIn:
        """Come back."""
        asked = {name: value[0] for name, value in parse_qs(urlsplit(sent.url).query).items()}
        back = parse_qs(urlsplit(self.provider.authorized(asked)).query)
        came = Return(back["state"][0], back["code"][0], back["iss"][0], sent.browser)
        now = dt.datetime.now(dt.UTC) + later
        return await come_back(
            self.database, self.outward, self.second, came, back_to=HERE, origin=Origin(), now=now
        )

    async def actions(self) -> list[str]:
        """Return what the audit says."""
        async with self.database.session(self.tenant) as session:
            return list((await session.execute(select(AuditEventRow.action))).scalars())


@pytest.fixture
def provider() -> Iterator[OidcProvider]:
    """Yield a running provider."""
    with oidc_provider() as provider:
        yield provider


@pytest.fixture
async def way(database: Database, tenant: UUID, provider: OidcProvider) -> Way:
    """Return the way to a provider that is believed."""
    way = Way(database, tenant, provider)
    await way.believe(provider.issuer)
    return way


async def test_who_is_known_there_is_signed_in(way: Way) -> None:
    """By the address, once; from then on by the name that the provider has for them."""
    ada = await new_user(way.database, way.tenant)
    assert (await way.back(await way.there())).user_id == ada.id
    way.provider.claims["email"] = "other@example.com"
    assert (await way.back(await way.there())).user_id == ada.id


async def test_an_address_that_was_given_to_somebody_else_leads_nowhere(way: Way) -> None:
    """The one who has it now at the provider is not the one who had it."""
    await new_user(way.database, way.tenant)
    await way.back(await way.there())
    way.provider.claims["sub"] = "eve-at-work"
    with pytest.raises(SignInError):
        await way.back(await way.there())
    assert "provider.refused" in await way.actions()


@pytest.mark.parametrize("why", ["unknown", "disabled", "late"])
async def test_nobody_else_is_let_in(way: Way, why: str) -> None:
    """Nobody is made an account, and ten minutes are enough."""
    if why != "unknown":
        await new_user(way.database, way.tenant, enabled=why != "disabled")
    with pytest.raises(SignInError):
        await way.back(await way.there(), later=ON_THE_WAY if why == "late" else dt.timedelta())


async def test_a_removed_provider_is_believed_no_more(way: Way) -> None:
    """Adding and removing are written down; the secret is sealed."""
    async with way.database.session(way.tenant) as session:
        kept = (await session.execute(select(IdentityProviderRow.client_secret))).scalar_one()
        assert SECRET.encode() not in kept
        await remove_provider(session, way.id, actor=ACTOR, at=dt.datetime.now(dt.UTC))
    with pytest.raises(NotFoundError):
        await way.there()
    assert sorted(await way.actions()) == ["provider.added", "provider.removed"]


@pytest.mark.parametrize("issuer", ["", "ftp://a", "https://a/?b=c", "https://user@a", "https://a/#b"])
async def test_an_issuer_is_an_address(way: Way, issuer: str) -> None:
    """Without user, question or fragment."""
    with pytest.raises(UsageError):
        await way.believe(issuer)
