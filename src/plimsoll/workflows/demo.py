"""The demo: three books, their prices, limits and first runs, put into a database that has nothing yet."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.prices import read_prices
from plimsoll.data.sources.demo_books import demo_books
from plimsoll.data.store import portfolios, price_sets, runs
from plimsoll.data.store.database import Database
from plimsoll.workflows.background import in_background
from plimsoll.workflows.demo_limits import put_demo_limits
from plimsoll.workflows.portfolios import create_portfolio, import_positions
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.runs import start_run

__all__ = ["load_demo"]

_ROOT = "Demo"
_PRICES = "Demo prices"


async def load_demo(database: Database, tenant: UUID, *, created_by: str) -> bool:
    """Put the demo into the tenant's data, unless there is something already; finish what was broken off.

    The positions are valid from the first date of the prices, so that a run of any date has them.

    Parameters
    ----------
    database, tenant
        Where, and whose.
    created_by
        Name of who asks for the runs and sets the limits.

    Returns
    -------
    bool
        Whether anything of the demo was put there.

    Raises
    ------
    UnavailableError
        If the demo prices are not installed.
    """
    async with database.session(tenant) as session:
        waiting = (
            await _without_run(session) if await _has_data(session) else await _books(session, created_by)
        )
    for book in waiting:
        await start_run(database, tenant, portfolio_id=book, request=ReportRequest(), created_by=created_by)
    return bool(waiting)


async def _has_data(session: AsyncSession) -> bool:
    held = await portfolios.page(session, after=None, limit=1, include_archived=True)
    return bool(held or await price_sets.page(session, after=None, limit=1))


async def _books(session: AsyncSession, created_by: str) -> list[UUID]:
    """Make the books with their positions, prices and limits, all or nothing."""
    prices = await in_background(read_prices, "demo")
    stored = await price_sets.store(session, prices, name=_PRICES)
    root = await create_portfolio(session, name=_ROOT)
    books = []
    for book in demo_books():
        made = await create_portfolio(session, name=book.name, parent_id=root.id)
        await import_positions(
            session,
            made.id,
            content=book.file.read_bytes(),
            source_name=book.file.name,
            valid_from=stored.first_date,
        )
        await put_demo_limits(session, book.name, made.id, by=created_by)
        books.append(made.id)
    return books


async def _without_run(session: AsyncSession) -> list[UUID]:
    """Return the books of a demo that was broken off before their first run; none where there is more."""
    first = await portfolios.page(session, after=None, limit=len(demo_books()) + 2)
    names = [book.name for book in demo_books()]
    if [book.name for book in first] != [_ROOT, *names] or await runs.page(
        session, None, after=None, limit=1
    ):
        return []
    return [book.id for book in first[1:]]
