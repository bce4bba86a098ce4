"""Which portfolio is meant: people name them, programs have their ids."""

from typing import TYPE_CHECKING
from uuid import UUID

from plimsoll.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient

__all__ = ["portfolio_id"]


async def portfolio_id(client: "AsyncRiskClient", wanted: str, *, archived: bool = False) -> UUID:
    """Return the portfolio of an id, or of a name that is there once.

    Parameters
    ----------
    client
        Of the platform that is asked.
    wanted
        What the user has typed.
    archived
        Whether an archived one is meant.

    Raises
    ------
    NotFoundError
        If none in use has the name, or no archived one where one is meant.
    UsageError
        If several have it.
    """
    try:
        return UUID(wanted)
    except ValueError:
        books = client.portfolios(include_archived=archived)
        found = [
            book.id
            async for book in books
            if book.name == wanted and (book.archived_at is not None) is archived
        ]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"several portfolios are called {wanted}", remedy="Give the id of one.")
    raise NotFoundError(f"there is no portfolio {wanted}", remedy="Give its id or its name.")
