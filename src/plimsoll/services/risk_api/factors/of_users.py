"""The factors of others, for those who look after people: which there are, and nothing of their secrets."""

from typing import Annotated
from uuid import UUID

from plimsoll.data.store import factors, users
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.routes import API_PREFIX, ApiRouter
from plimsoll.wire.factors import Factor, FactorList

__all__ = ["list_user_factors", "router"]

router = ApiRouter("factors", prefix=f"{API_PREFIX}/users/{{user_id}}/factors")


@router.get("")
async def list_user_factors(
    user_id: UUID, context: Context, caller: Annotated[Principal, Require[Permission.USERS_READ]]
) -> FactorList:
    """List the factors of somebody, and how many recovery codes they have left."""
    async with context.database.session(caller.tenant) as session:
        person = await users.get(session, user_id)
        found = await factors.of_user(session, person.id, usable=False)
        left = await factors.codes_left(session, person.id)
    return FactorList(items=tuple(map(Factor.model_validate, found)), recovery_codes=left)
