"""What a passkey has to sign or a telephone to receive, for who signs in and for who steps up."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from starlette.requests import Request

from plimsoll.errors import UsageError
from plimsoll.security.permissions import Principal
from plimsoll.security.throttle import Tried
from plimsoll.services.risk_api.authentication import refuse_other_sites
from plimsoll.services.risk_api.context import ApiContext, Context
from plimsoll.services.risk_api.cookies import origin_of
from plimsoll.services.risk_api.requirements import Public, SignedIn
from plimsoll.services.risk_api.responses import CONFLICT
from plimsoll.services.risk_api.routes import API_PREFIX, ApiRouter
from plimsoll.services.risk_api.web_origin import web_origin
from plimsoll.wire.factors import FactorAsked, FactorChallenge
from plimsoll.workflows.factors import passkey_challenge
from plimsoll.workflows.own_account import person_of
from plimsoll.workflows.pending_sign_in import waiting
from plimsoll.workflows.sms_codes import new_code
from plimsoll.workflows.throttling import count_try

__all__ = ["PendingFactor", "challenge_factor", "challenge_pending", "router"]

router = ApiRouter("factors", prefix="")


class PendingFactor(FactorAsked):
    """The kind by which somebody wants to be asked whose password was right."""

    challenge: Annotated[str, Field(max_length=64)]


@router.post("/sign-in/factor/challenge", dependencies=[Public], include_in_schema=False)
async def challenge_pending(asked: PendingFactor, request: Request, context: Context) -> FactorChallenge:
    """Ask somebody for a factor whose password was right."""
    refuse_other_sites(request)
    known = await waiting(context.database, asked.challenge, context.clock())
    return await _challenge(context, request, asked.kind, known.tenant, known.user_id)


@router.post(f"{API_PREFIX}/me/factors/challenge", responses=CONFLICT)
async def challenge_factor(
    asked: FactorAsked, request: Request, context: Context, caller: Annotated[Principal, SignedIn]
) -> FactorChallenge:
    """Ask for what a factor has to answer; the answer goes to `/me/step-up`."""
    return await _challenge(context, request, asked.kind, caller.tenant, person_of(caller))


async def _challenge(
    context: ApiContext, request: Request, kind: str, tenant: UUID, person: UUID
) -> FactorChallenge:
    now, sends = context.clock(), kind == "sms"
    tried, address = Tried.SMS if sends else Tried.CODE, origin_of(request).address
    counted = f"{tenant}|{person}"
    await count_try(context.database, tried, user=counted, address=address, device=None, now=now)
    async with context.database.session(tenant) as session:
        options = (
            None if sends else await passkey_challenge(session, person, now=now, origin=web_origin(request))
        )
        sealer = await context.sealers.of(session)
        message = await new_code(session, person, now=now, sealer=sealer) if sends else None
    if options is None and message is None:
        raise UsageError("there is no such factor here", remedy="Take another one.")
    if message is not None:
        await context.texts.send(message.number, message.text)
    return FactorChallenge(options=options, to=None if message is None else message.shown)
