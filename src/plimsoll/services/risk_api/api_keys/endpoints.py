"""API keys: listed and revoked; they are created at their service accounts."""

from typing import Annotated
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store import api_keys
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.context import Context, bearers_of
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.program_accounts import ApiKey, ApiKeyPage
from plimsoll.workflows.program_accounts import revoke_key

__all__ = ["get_api_key", "list_api_keys", "revoke_api_key", "router"]

router = ApiRouter("api-keys")

_Reader = Annotated[Principal, Require[Permission.KEYS_READ]]
_Writer = Annotated[Principal, Require[Permission.KEYS_WRITE]]


@router.get("")
async def list_api_keys(context: Context, caller: _Reader, paging: Paging) -> ApiKeyPage:
    """List all API keys, those that were revoked or have expired too, oldest first."""
    async with context.database.session(caller.tenant) as session:
        found = await api_keys.page(session, account_id=None, after=paging.after, limit=paging.probe)
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return ApiKeyPage(items=tuple(map(ApiKey.model_validate, shown)), next=following)


@router.get("/{key_id}")
async def get_api_key(key_id: UUID, context: Context, caller: _Reader) -> ApiKey:
    """Read an API key, without the key itself."""
    async with context.database.session(caller.tenant) as session:
        return ApiKey.model_validate(await api_keys.get(session, key_id))


@router.post("/{key_id}/revoke", status_code=204)
async def revoke_api_key(key_id: UUID, context: Context, caller: _Writer, request: Request) -> Response:
    """Revoke an API key for good."""
    async with context.database.session(caller.tenant) as session:
        await revoke_key(session, key_id, actor=caller, at=context.clock())
    bearers_of(request).forget()
    return Response(status_code=204)
