"""Single sign-on by OpenID Connect: people are sent to a provider and come back with a code, once."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import providers, users
from plimsoll.data.store.database import Database
from plimsoll.data.store.look_ups import look_up, tenant_of
from plimsoll.data.store.models import new_id
from plimsoll.data.store.providers import ProviderRecord
from plimsoll.data.store.users import UserRecord
from plimsoll.errors import NotFoundError, PlimsollError, SignInError, UnavailableError, UsageError
from plimsoll.security.base64url import encoded
from plimsoll.security.emails import normal_email
from plimsoll.security.id_tokens import Identity, check_id_token
from plimsoll.security.permissions import Principal
from plimsoll.security.strict_claims import RefusedTokenError
from plimsoll.security.tokens import TOKEN, derived, digest, new_token
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.fetching import fetch_json
from plimsoll.workflows.outward import Outward, check_url
from plimsoll.workflows.second_step import SecondStep
from plimsoll.workflows.sessions import Origin, SignedIn, begin

__all__ = ["ON_THE_WAY", "Return", "Sent", "add_provider", "come_back", "remove_provider", "send_to"]

ON_THE_WAY = dt.timedelta(minutes=10)
"""For so long somebody may be at the provider."""

_SCOPE = "openid email"
_FACTOR, _SEVERAL = "single-sign-on", "provider-mfa"


@dataclass(frozen=True, slots=True)
class Sent:
    """Somebody who is to go to a provider.

    Parameters
    ----------
    url
        Where to.
    browser
        What their browser keeps, and nobody else sees: who comes back must bring it.
    """

    url: str
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Return:
    """With what somebody comes back.

    Parameters
    ----------
    state, code
        From the address.
    issuer
        From the address, where the provider says it (RFC 9207); else empty.
    browser
        What the browser kept.
    """

    state: str = field(repr=False)
    code: str = field(repr=False)
    issuer: str
    browser: str = field(repr=False)


async def add_provider(
    session: AsyncSession,
    outward: Outward,
    *,
    name: str,
    issuer: str,
    client_id: str,
    client_secret: str,
    actor: Principal,
) -> ProviderRecord:
    """Believe a provider who people are.

    Parameters
    ----------
    session
        A transaction of the tenant.
    outward
        Seals the secret, and says which addresses are allowed.
    name, issuer, client_id, client_secret
        As for :class:`ProviderRecord`.
    actor
        Who adds it.

    Raises
    ------
    UsageError
        If the issuer is no address that can be used, or may not be called.
    """
    if outward.check(issuer).query:
        raise UsageError("the issuer cannot be used", remedy="Write it as https://login.example.com.")
    provider_id = new_id()
    sealer = await outward.sealers.of(session)
    made = await providers.add(
        session,
        provider_id,
        name=name,
        issuer=issuer,
        client_id=client_id,
        client_secret=sealer.seal(client_secret, _place(provider_id)),
        created_by=actor.id,
    )
    detail = {"name": name, "issuer": issuer}
    await record(session, AuditAction.PROVIDER_ADDED, actor=actor, subject=provider_id, detail=detail)
    return made


async def remove_provider(
    session: AsyncSession, provider_id: UUID, *, actor: Principal, at: dt.datetime
) -> None:
    """Believe a provider no more; sessions that it began go on.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    await providers.remove(session, provider_id, at)
    await record(session, AuditAction.PROVIDER_REMOVED, actor=actor, subject=provider_id)


async def send_to(
    database: Database, outward: Outward, provider_id: UUID, *, back_to: str, now: dt.datetime
) -> Sent:
    """Send somebody to a provider.

    Parameters
    ----------
    database, outward
        Where providers are, and how they are reached.
    provider_id
        Which one.
    back_to
        The address here to which they come back.
    now
        The time.

    Raises
    ------
    NotFoundError
        If there is no such provider.
    UnavailableError
        If it does not answer.
    """
    tenant = await tenant_of(database, "identity_providers", provider_id)
    if tenant is None:
        raise NotFoundError("there is no such provider")
    async with database.session(tenant) as session:
        provider = await providers.get(session, provider_id)
    said = await _described(outward, provider)
    state, browser = new_token(), new_token()
    async with database.session(tenant) as session:
        await providers.send(
            session,
            provider_id,
            digest=digest(state),
            browser=digest(browser),
            expires_at=now + ON_THE_WAY,
            now=now,
        )
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": back_to,
        "scope": _SCOPE,
        "state": state,
        "nonce": derived(browser, "nonce"),
        "code_challenge": encoded(hashlib.sha256(derived(browser, "verifier").encode()).digest()),
        "code_challenge_method": "S256",
    }
    return Sent(_with_query(said["authorization_endpoint"], asked), browser)


async def come_back(
    database: Database,
    outward: Outward,
    second: SecondStep,
    came: Return,
    *,
    back_to: str,
    origin: Origin,
    now: dt.datetime,
) -> SignedIn:
    """Sign in who comes back from a provider.

    The state and the browser must be those that were sent, and count once. Whom the provider means is known
    by its name for them; the first time by the e-mail address, if the provider has checked it. Nobody is
    made an account for it. It counts as one factor unless the provider says that it was several: whoever
    needs a second one shows their own by a step-up.

    Parameters
    ----------
    database, outward, back_to, now
        As for `send_to`.
    second
        What knows who has a second factor here.
    came
        With what they come.
    origin
        From where.

    Raises
    ------
    SignInError
        If they cannot be let in.
    UnavailableError
        If the provider does not answer.
    """
    found = None
    if TOKEN.fullmatch(came.state) and TOKEN.fullmatch(came.browser):
        found = await look_up(database, "provider_sign_ins", digest(came.state))
    if found is None:
        raise _refused()
    async with database.session(found.tenant) as session:
        provider_id = await providers.take_back(session, found.id, browser=digest(came.browser), now=now)
        provider = None if provider_id is None else await providers.get(session, provider_id)
        sealer = await outward.sealers.of(session)
    if provider is None or came.issuer not in ("", provider.issuer) or not came.code:
        raise _refused()
    secret = sealer.open(provider.client_secret, _place(provider.id))
    identity, reason = None, "nobody"
    try:
        identity = await _identity(outward, provider, secret, came, back_to, now)
    except RefusedTokenError as error:
        reason = str(error)
    async with database.session(found.tenant) as session:
        user = None if identity is None else await _user(session, provider, identity)
        if identity is not None and user is not None:
            shown = {_FACTOR, _SEVERAL} if identity.by_several else {_FACTOR}
            return await begin(
                session,
                user,
                tenant=found.tenant,
                factors=frozenset(shown),
                origin=origin,
                now=now,
                is_fresh=identity.by_several or not await second.kinds(session, user.id),
                provider=provider.id,
            )
        await record(
            session,
            AuditAction.PROVIDER_REFUSED,
            actor=None,
            subject=provider.id,
            detail={"reason": reason},
            address=origin.address,
        )
    raise _refused()


async def _identity(
    outward: Outward, provider: ProviderRecord, secret: str, came: Return, back_to: str, now: dt.datetime
) -> Identity:
    said = await _described(outward, provider)
    form = {
        "grant_type": "authorization_code",
        "code": came.code,
        "redirect_uri": back_to,
        "code_verifier": derived(came.browser, "verifier"),
    }
    answer = await fetch_json(outward, said["token_endpoint"], form=form, user=(provider.client_id, secret))
    keys = await fetch_json(outward, said["jwks_uri"])
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise RefusedTokenError("no ID token")
    return check_id_token(
        token,
        keys,
        issuer=provider.issuer,
        client_id=provider.client_id,
        nonce=derived(came.browser, "nonce"),
        now=now,
    )


async def _described(outward: Outward, provider: ProviderRecord) -> Mapping[str, Any]:
    """Return what a provider says about itself; it must be the one that was added."""
    url = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    said = await fetch_json(outward, url)
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if said.get("issuer") != provider.issuer or not all(isinstance(said.get(name), str) for name in names):
        raise UnavailableError("the provider is not who it says it is", remedy="Check the issuer.")
    check_url(said["authorization_endpoint"], loopback=outward.loopback)
    return said


async def _user(session: AsyncSession, provider: ProviderRecord, identity: Identity) -> UserRecord | None:
    known = await providers.linked(session, provider.id, identity.subject)
    try:
        if known is not None:
            user: UserRecord | None = await users.get(session, known, lock=True)
        else:
            user = await users.by_email(session, normal_email(identity.email)) if identity.email else None
    except PlimsollError:
        return None
    if user is None or not user.enabled:
        return None
    if known is None:
        # An address that was given to somebody else there must not lead to whoever had it before.
        if await providers.has_link(session, provider.id, user.id):
            return None
        await providers.link(session, provider.id, identity.subject, user.id)
    return user


def _with_query(url: str, asked: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(asked))))
    return urlunsplit(parts._replace(query=query, fragment=""))


def _refused() -> SignInError:
    remedy = "Begin anew at the sign-in page. Your address there must be that of an account here."
    return SignInError("the provider's word does not let you in", remedy=remedy)


def _place(provider_id: UUID) -> str:
    return f"identity_providers|client_secret|{provider_id}"
