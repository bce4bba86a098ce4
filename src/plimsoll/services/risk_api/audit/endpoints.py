"""The audit: read, taken away as a file, and checked from its first event to its last."""

import hashlib
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store import audit_events
from plimsoll.data.store.audit_events import AuditFilter
from plimsoll.errors import NotFoundError, UsageError
from plimsoll.security.audit_actions import AuditAction
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.auditing import address_of
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.downloads import download
from plimsoll.services.risk_api.effort import effort
from plimsoll.services.risk_api.paging import Paging
from plimsoll.services.risk_api.requirements import Require, StepUp
from plimsoll.services.risk_api.responses import CONFLICT
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.wire.audit import AuditEvent, AuditEventPage, AuditFlaw, AuditKeyRotation, AuditVerification
from plimsoll.wire.model import Instant
from plimsoll.workflows.audit_export import ExportForm, export
from plimsoll.workflows.audit_key_rotation import rotate_key
from plimsoll.workflows.audit_verification import verify

__all__ = ["export_audit", "list_audit_events", "rotate_audit_key", "router", "verify_audit"]

router = ApiRouter("audit")

_Reader = Annotated[Principal, Require[Permission.AUDIT_READ]]
_Exporter = Annotated[Principal, Require[Permission.AUDIT_EXPORT]]
_KeyWriter = Annotated[Principal, Require[Permission.SECRETS_WRITE]]
_Action = Annotated[
    str,
    Query(
        max_length=1000,
        description="Only these actions, with commas between; all when left out",
        examples=["limit.approved,limit.rejected"],
    ),
]
_Text = Annotated[str | None, Query(max_length=200, description="Only this one; all when left out")]
_Since = Annotated[Instant | None, Query(description="Recorded at this instant or later")]
_Until = Annotated[Instant | None, Query(description="Recorded before this instant")]
_MEDIA_TYPES = {ExportForm.CSV: "text/csv", ExportForm.JSON_LINES: "application/jsonl"}
_TEXT = {"type": "string"}
_EXPORTED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/csv": {"schema": _TEXT, "example": "id,recorded_at\r\n"},
            "application/jsonl": {"schema": _TEXT, "example": "{}\n"},
        }
    }
}


@router.get("/events")
async def list_audit_events(
    context: Context,
    caller: _Reader,
    paging: Paging,
    action: _Action = "",
    actor: _Text = None,
    subject: _Text = None,
    address: _Text = None,
    since: _Since = None,
    until: _Until = None,
) -> AuditEventPage:
    """List what was done, the last thing first."""
    wanted = AuditFilter(
        actions=_actions(action), actor=actor, subject=subject, address=address, since=since, until=until
    )
    async with context.database.session(caller.tenant) as session:
        found = await audit_events.page(session, wanted, after=paging.after, limit=paging.probe)
    shown, following = paging.cut(found, cursor=lambda event: event.id)
    return AuditEventPage(items=tuple(map(AuditEvent.model_validate, shown)), next=following)


@router.get(
    "/export",
    response_class=Response,
    dependencies=[StepUp],
    responses=_EXPORTED,
)
@effort(cost=50)
async def export_audit(
    context: Context,
    caller: _Exporter,
    request: Request,
    form: Annotated[Literal["csv", "jsonl"], Query(description="CSV or JSON lines")] = "csv",
    action: _Action = "",
    since: _Since = None,
    until: _Until = None,
) -> Response:
    """Take what was done away as a file; that somebody did is recorded too."""
    wanted = AuditFilter(actions=_actions(action), since=since, until=until)
    chosen = ExportForm(form)
    async with context.database.session(caller.tenant) as session:
        file = await export(session, wanted, chosen, actor=caller, address=address_of(request))
    tag = hashlib.sha256(file).hexdigest()
    return download(file, name=f"audit.{form}", media_type=_MEDIA_TYPES[chosen], tag=tag)


@router.get("/verification")
@effort(cost=100)
async def verify_audit(context: Context, caller: _Reader) -> AuditVerification:
    """Go through the whole chain of events, and name the first place that is not as it was sealed."""
    found = await verify(context.database, caller.tenant, context.audit)
    return AuditVerification(
        intact=not found.flaws,
        first_bad=found.first_bad,
        sealed=found.sealed,
        waiting=found.waiting,
        checkpoints=found.checkpoints,
        flaws=tuple(map(AuditFlaw.model_validate, found.flaws)),
    )


@router.post("/rotate-key", responses=CONFLICT, dependencies=[StepUp])
async def rotate_audit_key(context: Context, caller: _KeyWriter) -> AuditKeyRotation:
    """Let another key seal the audit from now on; the chain goes on, and earlier keys verify their part."""
    if caller.tenant != context.sign_in.tenant:
        raise NotFoundError("there is no such key")  # it is the installation's
    async with context.database.session(caller.tenant) as session:
        made = await rotate_key(session, context.audit, actor=caller)
    return AuditKeyRotation(key_id=made.key.key_id, before=made.earlier[0].key_id, keys=1 + len(made.earlier))


def _actions(text: str) -> tuple[str, ...]:
    actions = tuple(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))
    unknown = sorted(set(actions) - set(AuditAction))
    if unknown:
        near = get_close_matches(unknown[0], list(AuditAction), n=3, cutoff=0.3) or ["limit.approved"]
        raise UsageError("there is no such action", remedy=f"Do you mean {' or '.join(near)}?")
    return actions
