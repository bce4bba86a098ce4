"""What the tenant allows of codes by SMS: read, and changed."""

from typing import Annotated

from plimsoll.data.store import sms_policies
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.requirements import Require, StepUp
from plimsoll.services.risk_api.responses import OUTDATED
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.sms_policies import SmsPolicy
from plimsoll.workflows.sms_codes import change_policy

__all__ = ["change_sms_policy", "get_sms_policy", "router"]

router = ApiRouter("sms-policy")

_Reader = Annotated[Principal, Require[Permission.USERS_READ]]
_Writer = Annotated[Principal, Require[Permission.USERS_WRITE]]


@router.get("")
async def get_sms_policy(context: Context, caller: _Reader) -> SmsPolicy:
    """Read whether people may have codes by SMS; they may not until somebody says so."""
    async with context.database.session(caller.tenant) as session:
        return SmsPolicy.model_validate(await sms_policies.get(session))


@router.put("", dependencies=[StepUp], responses=OUTDATED)
async def change_sms_policy(wanted: SmsPolicy, context: Context, caller: _Writer) -> SmsPolicy:
    """Say whether people may have codes by SMS, where, and for how much, unless it was changed meanwhile."""
    async with context.database.session(caller.tenant) as session:
        policy = await change_policy(session, caller, sms_policies.SmsPolicy(**wanted.model_dump()))
    return SmsPolicy.model_validate(policy)
