"""Lists in pages: ``?after=&limit=``, and a link to the next one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query
from starlette.requests import Request

from plimsoll.services.risk_api.at_once import at_once

__all__ = ["DEFAULT_LIMIT", "MAX_LIMIT", "Paging", "PagingRequest", "paging"]

DEFAULT_LIMIT = 50
MAX_LIMIT = 200

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class PagingRequest:
    """Which page is asked for.

    Ask the store for `probe` rows after `after`, and `cut` them::

        rows = await portfolios.page(session, after=paging.after, limit=paging.probe, include_archived=False)
        shown, next_page = paging.cut(rows, cursor=lambda row: row.id)

    Parameters
    ----------
    after
        Id of the last row of the page before; None for the first page.
    limit
        Rows of a page.
    path
        Of the request.
    query
        Of the request, without ``after``; a link to the next page repeats it.
    """

    after: UUID | None
    limit: int
    path: str = ""
    query: tuple[tuple[str, str], ...] = ()

    @property
    def probe(self) -> int:
        """One row more than is shown: it tells whether there is a next page."""
        return self.limit + 1

    def cut(
        self, rows: Sequence[_Row], *, cursor: Callable[[_Row], UUID]
    ) -> tuple[Sequence[_Row], str | None]:
        """Return the rows of this page, and path and query of the next one, None on the last.

        Examples
        --------
        >>> page = PagingRequest(None, 1, "/api/v1/portfolios")
        >>> page.cut([UUID(int=1), UUID(int=2)], cursor=lambda row: row)[1]
        '/api/v1/portfolios?after=00000000-0000-0000-0000-000000000001'
        """
        shown = rows[: self.limit]
        if len(rows) <= self.limit:
            return shown, None
        return shown, f"{self.path}?{urlencode([*self.query, ('after', str(cursor(shown[-1])))])}"


def paging(
    request: Request,
    after: Annotated[UUID | None, Query(description="Id of the last item of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Items of a page")] = DEFAULT_LIMIT,
) -> PagingRequest:
    """Read the page that is asked for."""
    query = tuple((name, value) for name, value in request.query_params.multi_items() if name != "after")
    return PagingRequest(after, limit, request.url.path, query)


Paging = Annotated[PagingRequest, at_once(paging)]
