"""Providers of single sign-on: added, listed and removed."""

from typing import Annotated
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from plimsoll.data.store import providers
from plimsoll.data.store.providers import ProviderRecord
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import created
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.idempotency import Once
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Require, StepUp
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.services.risk_api.single_sign_on.endpoints import way_back
from plimsoll.wire.identity_providers import IdentityProvider, IdentityProviderPage, NewIdentityProvider
from plimsoll.workflows.single_sign_on import add_provider, remove_provider

__all__ = [
    "create_identity_provider",
    "get_identity_provider",
    "list_identity_providers",
    "remove_identity_provider",
    "router",
]

router = ApiRouter("identity-providers")

_Reader = Annotated[Principal, Require[Permission.USERS_READ]]
_Writer = Annotated[Principal, Require[Permission.USERS_WRITE]]
# Whoever says which provider is believed can be anybody, so they must be able to give what anybody has.
_Anybody = Annotated[Principal, Require[Permission.GRANTS_WRITE]]


@router.post("", status_code=201, response_model=IdentityProvider, dependencies=[StepUp])
async def create_identity_provider(
    new: NewIdentityProvider, once: Once, context: Context, caller: _Writer, _: _Anybody
) -> Response:
    """Believe a provider of OpenID Connect who people are; it makes nobody an account."""

    async def make(session: AsyncSession) -> Response:
        record = await add_provider(
            session,
            context.outward,
            name=new.name,
            issuer=new.issuer,
            client_id=new.client_id,
            client_secret=new.client_secret,
            actor=caller,
        )
        return created(_provider(record, context), location=f"{router.prefix}/{record.id}")

    return await once(make)


@router.get("")
async def list_identity_providers(context: Context, caller: _Reader, paging: Paging) -> IdentityProviderPage:
    """List the providers of single sign-on, oldest first."""
    async with context.database.session(caller.tenant) as session:
        found = await providers.page(session, after=paging.after, limit=paging.probe)
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return IdentityProviderPage(items=tuple(_provider(record, context) for record in shown), next=following)


@router.get("/{provider_id}")
async def get_identity_provider(provider_id: UUID, context: Context, caller: _Reader) -> IdentityProvider:
    """Read a provider, without the secret."""
    async with context.database.session(caller.tenant) as session:
        return _provider(await providers.get(session, provider_id), context)


@router.post("/{provider_id}/remove", status_code=204, dependencies=[StepUp])
async def remove_identity_provider(provider_id: UUID, context: Context, caller: _Writer) -> Response:
    """Believe a provider no more."""
    async with context.database.session(caller.tenant) as session:
        await remove_provider(session, provider_id, actor=caller, at=context.clock())
    return Response(status_code=204)


def _provider(record: ProviderRecord, context: Context) -> IdentityProvider:
    return IdentityProvider(
        id=record.id,
        name=record.name,
        issuer=record.issuer,
        client_id=record.client_id,
        sign_in=f"/sign-in/provider/{record.id}",
        redirect_uri=way_back(context),
        created_at=record.created_at,
        created_by=record.created_by,
    )
