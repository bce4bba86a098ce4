"""Uploads before the virus scanner: what it does not clear goes no further."""

import hashlib

from starlette.requests import Request

from plimsoll.security.audit_actions import AuditAction
from plimsoll.services.risk_api.auditing import auditing
from plimsoll.services.risk_api.context import context_of
from plimsoll.services.risk_api.problems import ProblemError
from plimsoll.workflows.uploads import file_name

__all__ = ["refuse_infected"]


async def refuse_infected(request: Request, content: bytes) -> None:
    """Let a file pass that the virus scanner finds clean, or any file where there is no scanner.

    Parameters
    ----------
    request
        One that has passed its checks. Its parameter ``source_name`` names the file.
    content
        The bytes of the file.

    Raises
    ------
    ProblemError
        422 if it is infected. That is written down, with the digest of the file and not the file.
    UnavailableError
        If the scanner does not answer, or that cannot be written down.
    """
    context = context_of(request)
    if context.scanner is None:
        return
    found = await context.scanner.scan(content)
    if found is None:
        return
    name = file_name(request.query_params.get("source_name", ""))
    async with context.database.session(request.state.principal.tenant) as session:
        await auditing(request)(
            session,
            AuditAction.UPLOAD_INFECTED,
            name,
            infection=found,
            sha256=hashlib.sha256(content).hexdigest(),
            bytes=len(content),
        )
    remedy = "Clean the machine that it comes from, make the file anew and send that one."
    raise ProblemError(422, "infected", f"The file {name} is infected with {found}.", remedy=remedy)
