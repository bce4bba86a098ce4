"""How secrets are sealed: looked at, put under a new key, brought under the keys of now."""

from typing import Annotated

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from plimsoll.security.audit_actions import AuditAction
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.auditing import Audit
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.idempotency import Once
from plimsoll.services.risk_api.jobs.messages import accepted
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.jobs import Job
from plimsoll.wire.sealing import Sealing
from plimsoll.workflows import data_key_rotation as workflow

__all__ = ["get_sealing", "reseal_secrets", "rotate_secrets", "router"]

router = ApiRouter("secrets")

_Reader = Annotated[Principal, Require[Permission.SECRETS_READ]]
_Writer = Annotated[Principal, Require[Permission.SECRETS_WRITE]]


@router.get("")
async def get_sealing(context: Context, caller: _Reader) -> Sealing:
    """Say by which keys the secrets of the tenant are sealed, and how many are not under the key of now."""
    async with context.database.session(caller.tenant) as session:
        return Sealing.model_validate(await workflow.sealing_state(session, context.sealers))


@router.post("/rotate", status_code=202, response_model=Job)
async def rotate_secrets(once: Once, context: Context, audit: Audit, caller: _Writer) -> Response:
    """Make a new data key, which seals from a few seconds on, and seal everything anew under it as a job."""

    async def put_down(session: AsyncSession) -> Response:
        job = await workflow.rotate(session, context.sealers, created_by=caller.id)
        await audit(session, AuditAction.DATA_KEY_ROTATED, job.id)
        return accepted(job)

    return await once(put_down)


@router.post("/reseal", status_code=202, response_model=Job)
async def reseal_secrets(once: Once, audit: Audit, caller: _Writer) -> Response:
    """Wrap data keys by the master key of now and seal secrets by the data key of now, as a job."""

    async def put_down(session: AsyncSession) -> Response:
        job = await workflow.seal_anew(session, created_by=caller.id)
        await audit(session, AuditAction.SECRETS_RESEALED, job.id)
        return accepted(job)

    return await once(put_down)
