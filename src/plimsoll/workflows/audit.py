"""The audit: who did what to what, written down in the transaction in which it is done, or it is not done."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import audit_events
from plimsoll.data.text import clean
from plimsoll.errors import UnavailableError
from plimsoll.security import audit_actions
from plimsoll.security.permissions import Principal
from plimsoll.workflows.coming_from import came_from
from plimsoll.workflows.plain_values import plain

__all__ = ["AuditAction", "record"]

# Whoever records something needs no more than this module.
AuditAction = audit_actions.AuditAction

_LONGEST = 500
_MOST_ITEMS = 50
_DEEPEST = 4
_LARGEST = 2**53
_SECRET = frozenset(
    {"password", "secret", "token", "code", "answer", "api_key", "private_key", "link", "url"}
)


async def record(
    session: AsyncSession,
    action: AuditAction,
    *,
    actor: Principal | None,
    subject: UUID | str | None,
    detail: Mapping[str, Any] = {},
    address: str = "",
) -> UUID:
    """Write down what is done, in the transaction in which it is done.

    Parameters
    ----------
    session
        An open transaction of the tenant; whoever opened it commits. What concerns no tenant, such as a name
        that nobody has, is written down for :data:`plimsoll.data.store.tenants.LOCAL_TENANT`.
    action
        What is done.
    actor
        Who does it; None for somebody who has not shown who they are, or the platform itself.
    subject
        What it is done to: its id, or a name where it has none.
    detail
        What else there is to say; see :func:`plimsoll.workflows.plain_values.plain`. Texts and lists are cut
        where they are too long, and what is named like a secret is left out.
    address
        Where the request came from; empty for that of
        `plimsoll.workflows.coming_from.coming_from`.

    Returns
    -------
    UUID
        The id of the event.

    Raises
    ------
    UnavailableError
        If it cannot be written down: then the transaction is lost, and nothing is done either.
    """
    values = {
        "action": action.value,
        "actor": None if actor is None else _text(actor.id),
        "actor_name": "" if actor is None else _text(actor.name),
        "session_id": getattr(actor, "session", None),
        "subject": "" if subject is None else _text(str(subject)),
        "detail": _short(plain(_without_secrets(detail)), _DEEPEST),
        "address": _text(address or came_from()),
        "request_id": _text(str(structlog.contextvars.get_contextvars().get("request_id", ""))),
    }
    try:
        return await audit_events.append(session, values)
    except DBAPIError as error:
        remedy = "Nothing was changed. Check the database and try again."
        raise UnavailableError("the audit cannot be written", remedy=remedy) from error


def _text(text: str) -> str:
    return clean(text)[:_LONGEST]


def _without_secrets(detail: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in detail.items() if name.lower() not in _SECRET}


def _short(value: Any, depth: int) -> Any:
    """Return a plain document of bounded size: whoever acts must not be able to make it fail."""
    if isinstance(value, dict):
        items = list(value.items())[:_MOST_ITEMS]
        return {name[:_LONGEST]: _short(held, depth - 1) for name, held in items} if depth else "…"
    if isinstance(value, list):
        return [_short(held, depth - 1) for held in value[:_MOST_ITEMS]] if depth else "…"
    if isinstance(value, str):
        return value[:_LONGEST]
    # PostgreSQL keeps whole numbers of any size, readers do not.
    return value if not isinstance(value, int) or abs(value) < _LARGEST else "…"
