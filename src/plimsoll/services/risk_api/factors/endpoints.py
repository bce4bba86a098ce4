"""The factors of whoever is signed in: listed, begun, confirmed, removed."""

import datetime as dt
import json
from typing import Annotated
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store import factors, users
from plimsoll.data.store.factors import FactorKind, FactorRecord
from plimsoll.errors import UsageError
from plimsoll.security.permissions import Principal
from plimsoll.security.throttle import Tried
from plimsoll.security.totp import qr_svg
from plimsoll.services.risk_api.answers import answer, created
from plimsoll.services.risk_api.context import Callers, Context
from plimsoll.services.risk_api.cookies import origin_of, renew_session
from plimsoll.services.risk_api.idempotency import Once
from plimsoll.services.risk_api.requirements import SignedIn, StepUp
from plimsoll.services.risk_api.responses import CONFLICT
from plimsoll.services.risk_api.routes import API_PREFIX, ApiRouter
from plimsoll.services.risk_api.web_origin import web_origin
from plimsoll.wire.factors import (
    Factor,
    FactorAdded,
    FactorCode,
    FactorList,
    NewFactor,
    NewPasskey,
    PasskeyOptions,
    RecoveryCodes,
    TotpSecret,
)
from plimsoll.wire.sms_policies import NewTelephone
from plimsoll.workflows import factor_enrolment as workflow
from plimsoll.workflows.own_account import person_of
from plimsoll.workflows.sessions import renew
from plimsoll.workflows.sms_codes import add_telephone, confirm_telephone
from plimsoll.workflows.throttling import count_try

__all__ = [
    "add_passkey",
    "add_sms",
    "add_totp",
    "begin_passkey",
    "confirm_factor",
    "list_factors",
    "make_recovery_codes",
    "remove_factor",
    "router",
]

router = ApiRouter("factors", prefix=f"{API_PREFIX}/me/factors")

_Caller = Annotated[Principal, SignedIn]
_Added = tuple[FactorRecord, tuple[str, ...]]


@router.get("")
async def list_factors(context: Context, caller: _Caller) -> FactorList:
    """List the own factors, and how many recovery codes are left."""
    person = person_of(caller)
    async with context.database.session(caller.tenant) as session:
        found = await factors.of_user(session, person, usable=False)
        left = await factors.codes_left(session, person)
    return FactorList(items=tuple(map(Factor.model_validate, found)), recovery_codes=left)


@router.post("/totp", status_code=201, response_model=TotpSecret, dependencies=[StepUp])
async def add_totp(new: NewFactor, once: Once, context: Context, caller: _Caller) -> Response:
    """Begin to use an authenticator app; its secret is shown in this answer alone."""

    async def make(session: AsyncSession) -> Response:
        sealer = await context.sealers.of(session)
        begun = await workflow.begin_totp(session, caller, name=new.name, now=context.clock(), sealer=sealer)
        factor = Factor.model_validate(begun.record)
        shown = TotpSecret(factor=factor, secret=begun.secret, uri=begun.uri, qr=qr_svg(begun.uri))
        return created(shown, location=f"{router.prefix}/{factor.id}")

    return await once(make, secret=True)


@router.post("/sms", status_code=201, response_model=Factor, dependencies=[StepUp])
async def add_sms(new: NewTelephone, request: Request, context: Context, caller: _Caller) -> Response:
    """Begin to use a telephone, where the tenant allows it; a code is sent there."""
    person, now = person_of(caller), context.clock()
    address = origin_of(request).address
    await count_try(
        context.database, Tried.SMS, user=f"{caller.tenant}|{person}", address=address, device=None, now=now
    )
    async with context.database.session(caller.tenant) as session:
        sealer = await context.sealers.of(session)
        made, message = await add_telephone(
            session, caller, number=new.number, name=new.name, now=now, sealer=sealer
        )
    await context.texts.send(message.number, message.text)
    return created(Factor.model_validate(made), location=f"{router.prefix}/{made.id}")


@router.post("/{factor_id}/confirm", response_model=FactorAdded, responses=CONFLICT)
async def confirm_factor(
    factor_id: UUID, code: FactorCode, request: Request, context: Context, callers: Callers, caller: _Caller
) -> Response:
    """Show that a factor works, by the code of this moment; from then on it counts."""
    person, now = person_of(caller), context.clock()
    token = ""
    async with context.database.session(caller.tenant) as session:
        begun = await factors.get(session, person, factor_id)
        sealer = await context.sealers.of(session)
        added: _Added | None
        if begun.kind is FactorKind.SMS:
            added = await confirm_telephone(session, caller, factor_id, code.code, now=now, sealer=sealer)
        else:
            added = await workflow.confirm_totp(session, caller, factor_id, code.code, now=now, sealer=sealer)
        if added is not None:
            token = await _renewed(session, caller, added, now)
    # Outside of the transaction, which has counted the try.
    if added is None:
        raise UsageError("the code is not the one that was sent last", remedy="Type it again, or begin anew.")
    return _added(request, callers, added, token)


@router.post("/passkeys/options", responses=CONFLICT, dependencies=[StepUp])
async def begin_passkey(request: Request, context: Context, caller: _Caller) -> PasskeyOptions:
    """Ask for what a browser needs to make a passkey."""
    origin = web_origin(request)
    async with context.database.session(caller.tenant) as session:
        options = await workflow.begin_passkey(session, caller, now=context.clock(), origin=origin)
    return PasskeyOptions(options=options)


@router.post("/passkeys", response_model=FactorAdded, responses=CONFLICT, dependencies=[StepUp])
async def add_passkey(
    new: NewPasskey, request: Request, context: Context, callers: Callers, caller: _Caller
) -> Response:
    """Keep a passkey that the browser has made; from then on it counts."""
    now, said, origin = context.clock(), json.dumps(new.credential), web_origin(request)
    async with context.database.session(caller.tenant) as session:
        added = await workflow.confirm_passkey(session, caller, said, name=new.name, now=now, origin=origin)
        token = await _renewed(session, caller, added, now)
    return _added(request, callers, added, token)


@router.post("/recovery-codes", responses=CONFLICT, dependencies=[StepUp])
async def make_recovery_codes(context: Context, caller: _Caller) -> RecoveryCodes:
    """Make ten new recovery codes; older ones count no more."""
    async with context.database.session(caller.tenant) as session:
        codes = await workflow.make_recovery_codes(session, caller, now=context.clock())
    return RecoveryCodes(codes=codes)


@router.delete(
    "/{factor_id}", status_code=204, response_class=Response, responses=CONFLICT, dependencies=[StepUp]
)
async def remove_factor(factor_id: UUID, context: Context, caller: _Caller) -> Response:
    """Forget a factor; administrators keep their last one, and so does who has a short password."""
    async with context.database.session(caller.tenant) as session:
        await workflow.remove_factor(session, caller, factor_id, now=context.clock())
    return Response(status_code=204)


async def _renewed(session: AsyncSession, caller: Principal, added: _Added, now: dt.datetime) -> str:
    """Give the session a new token, for it may do more from now on; nothing where somebody came by a key.

    With the first factor all sessions end that were begun without one.
    """
    made, codes = added
    epoch = await users.end_all_sessions(session, made.user_id) if codes else None
    if caller.session is None:
        return ""
    return await renew(session, caller, now, factors=frozenset({made.kind.value}), epoch=epoch)


def _added(request: Request, callers: Callers, added: _Added, token: str) -> Response:
    """Return the new factor, to a browser with the new token of its session."""
    record, codes = added
    shown = answer(FactorAdded(factor=Factor.model_validate(record), recovery_codes=codes))
    renew_session(request, shown, token)
    callers.forget()
    return shown
