"""Signing keys: published for whoever checks tokens, and rotated by those who run the installation."""

from typing import Annotated

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import NotFoundError
from plimsoll.security.key_ring import SigningRing
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import answer
from plimsoll.services.risk_api.context import ApiContext, Context, bearers_of
from plimsoll.services.risk_api.requirements import Public, Require, StepUp
from plimsoll.services.risk_api.routes import API_PREFIX, ApiRouter
from plimsoll.wire.signing_keys import JsonWebKeySet, KeyRotation, SigningKeyInfo, SigningKeys
from plimsoll.workflows.signing_keys import rotate_keys

__all__ = ["list_signing_keys", "published_keys", "rotate_signing_keys", "router"]

router = ApiRouter("signing-keys", prefix="")

_PATH = f"{API_PREFIX}/signing-keys"
_Reader = Annotated[Principal, Require[Permission.KEYS_READ]]
_Writer = Annotated[Principal, Require[Permission.KEYS_WRITE]]


@router.get("/.well-known/jwks.json", dependencies=[Public], include_in_schema=False)
async def published_keys(request: Request, context: Context) -> Response:
    """Publish the keys by which access tokens can be checked."""
    now = context.clock()
    ring = await bearers_of(request).keys.ring(now)
    found = answer(JsonWebKeySet.model_validate({"keys": ring.published(now)}))
    found.headers["Cache-Control"] = "public, max-age=300"
    return found


@router.get(_PATH)
async def list_signing_keys(request: Request, context: Context, caller: _Reader) -> SigningKeys:
    """List the signing keys of the installation and what each does, the newest first."""
    _refuse_guests(context, caller)
    return _shown(await bearers_of(request).keys.ring(context.clock()), context)


@router.post(f"{_PATH}/rotate", dependencies=[StepUp])
async def rotate_signing_keys(
    wanted: KeyRotation, request: Request, context: Context, caller: _Writer
) -> SigningKeys:
    """Have another key sign: after an hour, or in an emergency at once, which ends all access tokens."""
    _refuse_guests(context, caller)
    bearers = bearers_of(request)
    async with context.database.session(caller.tenant) as session:
        ring = await rotate_keys(
            session,
            context.sealers,
            context.clock(),
            emergency=wanted.emergency,
            actor=caller,
        )
    bearers.forget()
    return _shown(ring, context)


def _refuse_guests(context: ApiContext, caller: Principal) -> None:
    """Let nobody in but those of the tenant that runs the installation: the ring is everybody's."""
    if caller.tenant != context.sign_in.tenant:
        raise NotFoundError("there are no such keys")


def _shown(ring: SigningRing, context: ApiContext) -> SigningKeys:
    now = context.clock()
    keys = [
        {
            "kid": key.kid,
            "state": ring.state(key.kid, now).value,
            "created_at": key.created_at,
            "active_from": key.active_from,
        }
        for key in reversed(ring.keys)
    ]
    return SigningKeys(keys=tuple(map(SigningKeyInfo.model_validate, keys)))
