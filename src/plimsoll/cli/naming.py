"""Which portfolio is meant: people name them, programs have their ids."""

from typing import TYPE_CHECKING
from uuid import UUID

from plimsoll.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient

__all__ = ["portfolio_id"]


async def portfolio_id(client: "AsyncRiskClient", wanted: str) -> UUID:
    """Return the portfolio of an id, or of a name that is there once.

    Parameters
    ----------
    client
        Of the platform that is asked.
    wanted
        What the user has typed.

    Raises
    ------
    NotFoundError
        If no portfolio has the name.
    UsageError
        If several have it.
    """
    try:
        return UUID(wanted)
    except ValueError:
        found = [book.id async for book in client.portfolios() if book.name == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"several portfolios are called {wanted}", remedy="Give the id of one.")
    raise NotFoundError(f"there is no portfolio {wanted}", remedy="Give its id or its name.")
