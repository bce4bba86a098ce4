"""Service accounts: programs that are somebody, and the API keys by which they are known."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store import api_keys, grants, program_accounts
from plimsoll.data.store.program_accounts import ServiceAccountRecord
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import answer, created
from plimsoll.services.risk_api.context import Context, bearers_of
from plimsoll.services.risk_api.idempotency import Once
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.program_accounts.versions import SeenAccount, account_tag, refuse_unseen
from plimsoll.services.risk_api.requirements import Require, StepUp
from plimsoll.services.risk_api.responses import UNCHANGED
from plimsoll.services.risk_api.routes import API_PREFIX, ApiRouter
from plimsoll.wire.program_accounts import (
    ApiKey,
    ApiKeyPage,
    ApiKeyWithSecret,
    NewApiKey,
    NewServiceAccount,
    PublicKey,
    ServiceAccount,
    ServiceAccountChanges,
    ServiceAccountPage,
)
from plimsoll.workflows import program_accounts as workflow
from plimsoll.workflows.granted import permissions_of_accounts

__all__ = [
    "change_service_account",
    "create_api_key",
    "create_service_account",
    "get_service_account",
    "list_keys_of_account",
    "list_service_accounts",
    "router",
]

router = ApiRouter("service-accounts")

_Reader = Annotated[Principal, Require[Permission.ACCOUNTS_READ]]
_Writer = Annotated[Principal, Require[Permission.ACCOUNTS_WRITE]]
_KeyReader = Annotated[Principal, Require[Permission.KEYS_READ]]
_KeyWriter = Annotated[Principal, Require[Permission.KEYS_WRITE]]


@router.post("", status_code=201, response_model=ServiceAccount, dependencies=[StepUp])
async def create_service_account(new: NewServiceAccount, once: Once, caller: _Writer) -> Response:
    """Create a service account; what it is granted at once, its maker has in the whole tenant."""

    async def make(session: AsyncSession) -> Response:
        record = await workflow.add_account(
            session,
            name=new.name,
            permissions=new.permissions,
            public_keys=_jwks(new.public_keys),
            actor=caller,
        )
        (shown,) = await _shown(session, [record])
        return created(shown, location=f"{router.prefix}/{record.id}", tag=shown.etag)

    return await once(make)


@router.get("")
async def list_service_accounts(context: Context, caller: _Reader, paging: Paging) -> ServiceAccountPage:
    """List service accounts, oldest first."""
    async with context.database.session(caller.tenant) as session:
        found = await program_accounts.page(session, after=paging.after, limit=paging.probe)
        records, following = paging.cut(found, cursor=lambda record: record.id)
        items = await _shown(session, records)
    return ServiceAccountPage(items=tuple(items), next=following)


@router.get("/{account_id}", response_model=ServiceAccount, responses=UNCHANGED)
async def get_service_account(account_id: UUID, context: Context, caller: _Reader) -> Response:
    """Read a service account."""
    async with context.database.session(caller.tenant) as session:
        record = await program_accounts.get(session, account_id)
        (shown,) = await _shown(session, [record])
    return answer(shown, tag=shown.etag)


@router.patch("/{account_id}", response_model=ServiceAccount, dependencies=[StepUp])
async def change_service_account(
    account_id: UUID,
    changes: ServiceAccountChanges,
    seen: SeenAccount,
    context: Context,
    caller: _Writer,
    request: Request,
) -> Response:
    """Disable or enable a service account, or replace its public keys; its sign-ins end."""
    async with context.database.session(caller.tenant) as session:
        await grants.lock(session)  # what it may do stays as it is until the change is made
        known = await program_accounts.get(session, account_id, lock=True)
        (before,) = await _shown(session, [known])
        refuse_unseen(seen, known, before.etag)
        record = await workflow.change_account(
            session,
            account_id,
            expected_version=known.version,
            actor=caller,
            at=context.clock(),
            disabled=changes.disabled,
            public_keys=None if changes.public_keys is None else _jwks(changes.public_keys),
        )
        (shown,) = await _shown(session, [record])
    bearers_of(request).forget()
    return answer(shown, tag=shown.etag)


@router.post("/{account_id}/keys", status_code=201, response_model=ApiKeyWithSecret, dependencies=[StepUp])
async def create_api_key(
    account_id: UUID, new: NewApiKey, once: Once, context: Context, caller: _KeyWriter
) -> Response:
    """Create an API key of a service account; the key itself is shown in this answer alone."""

    async def make(session: AsyncSession) -> Response:
        record, key = await workflow.add_key(
            session,
            account_id,
            name=new.name,
            permissions=new.permissions,
            within=new.portfolios,
            desks=new.desks,
            days=new.days,
            canary=new.canary,
            actor=caller,
            at=context.clock(),
        )
        shown = ApiKeyWithSecret(**ApiKey.model_validate(record).model_dump(), key=key)
        return created(shown, location=f"{API_PREFIX}/api-keys/{record.id}")

    return await once(make, secret=True)


@router.get("/{account_id}/keys")
async def list_keys_of_account(
    account_id: UUID, context: Context, caller: _KeyReader, paging: Paging
) -> ApiKeyPage:
    """List the API keys of a service account, oldest first."""
    async with context.database.session(caller.tenant) as session:
        await program_accounts.get(session, account_id)
        found = await api_keys.page(session, account_id=account_id, after=paging.after, limit=paging.probe)
    shown, following = paging.cut(found, cursor=lambda record: record.id)
    return ApiKeyPage(items=tuple(map(ApiKey.model_validate, shown)), next=following)


async def _shown(session: AsyncSession, records: Sequence[ServiceAccountRecord]) -> list[ServiceAccount]:
    held = await permissions_of_accounts(session, [record.id for record in records])
    return [
        ServiceAccount(
            id=record.id,
            name=record.name,
            permissions=tuple(sorted(held[record.id])),
            kids=tuple(str(key["kid"]) for key in record.public_keys),
            created_at=record.created_at,
            created_by=record.created_by,
            disabled_at=record.disabled_at,
            version=record.version,
            etag=account_tag(record, held[record.id]),
        )
        for record in records
    ]


def _jwks(keys: tuple[PublicKey, ...]) -> list[dict[str, str]]:
    return [key.model_dump(exclude_none=True) for key in keys]
