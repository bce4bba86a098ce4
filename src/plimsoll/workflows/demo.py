"""The demo: three books, their prices and a first run of each, put into a database that has nothing yet."""

from uuid import UUID

from plimsoll.data.prices import read_prices
from plimsoll.data.sources.demo_books import demo_books
from plimsoll.data.store import portfolios, price_sets
from plimsoll.data.store.database import Database
from plimsoll.workflows.portfolios import create_portfolio, import_positions
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.runs import start_run

__all__ = ["load_demo"]

_ROOT = "Demo"


async def load_demo(database: Database, tenant: UUID, *, created_by: str) -> bool:
    """Put the demo into the tenant's data, unless there is something already.

    The positions are valid from the first date of the prices, so that a run of any date has them.

    Parameters
    ----------
    database, tenant
        Where, and whose.
    created_by
        Name of who asks for the runs.

    Returns
    -------
    bool
        Whether the demo was put there.

    Raises
    ------
    UnavailableError
        If the demo prices are not installed.
    """
    async with database.session(tenant) as session:
        held = await portfolios.page(session, after=None, limit=1, include_archived=True)
        if held or await price_sets.page(session, after=None, limit=1):
            return False
        prices = read_prices("demo")
        stored = await price_sets.store(session, prices, name="Demo prices")
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
            books.append(made)
    for made in books:
        await start_run(
            database, tenant, portfolio_id=made.id, request=ReportRequest(), created_by=created_by
        )
    return True
