"""The one place that decides whether a caller may do what a request needs, and what it then reaches."""

from dataclasses import replace

from starlette.requests import HTTPConnection

from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.context import context_of
from plimsoll.services.risk_api.problems import ProblemError

__all__ = ["authorize", "is_narrowed"]


def authorize(connection: HTTPConnection, principal: Principal, needed: frozenset[Permission]) -> None:
    """Let a caller pass who has all permissions that are needed, as far as they hold.

    Where they hold for some portfolios alone, the request goes on with a database that shows those and what
    belongs to them: whatever the endpoint asks for, nothing else is there.

    Parameters
    ----------
    connection
        A request, or a WebSocket that is not accepted yet.
    principal
        Who it comes from.
    needed
        What the route asks for.

    Raises
    ------
    ProblemError
        403 if a permission is missing.
    """
    if not needed <= principal.permissions:
        raise ProblemError(403, "forbidden", "A permission is missing for this.")
    reach = principal.scope.reach(needed)
    if reach is not None:
        context = context_of(connection)
        connection.scope["state"]["context"] = replace(context, database=context.database.narrowed(reach))


def is_narrowed(connection: HTTPConnection) -> bool:
    """Return whether a request that was let through sees some portfolios alone."""
    return context_of(connection).database.is_narrowed
