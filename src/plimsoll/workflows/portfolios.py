"""Portfolios: named, put into a tree, and filled from files."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.importers.portfolio_csv import ImportedPortfolio, read_portfolio
from plimsoll.data.store import holdings, instruments, portfolios
from plimsoll.data.store.holdings import HoldingsRecord
from plimsoll.data.store.narrowing import is_narrowed
from plimsoll.data.store.portfolios import PortfolioRecord, Unchanged
from plimsoll.data.text import clean
from plimsoll.errors import NotFoundError, PermissionDeniedError, UsageError
from plimsoll.workflows.background import in_background
from plimsoll.workflows.uploads import file_name, read_upload

__all__ = ["change_portfolio", "create_portfolio", "import_positions"]

_LONGEST_NAME = 200


async def create_portfolio(
    session: AsyncSession, *, name: str, base_currency: str = "USD", parent_id: UUID | None = None
) -> PortfolioRecord:
    """Create a portfolio without positions.

    Parameters
    ----------
    session
        An open transaction of the tenant; whoever opened it commits.
    name
        Different from those of its living siblings; outer blanks do not count.
    base_currency
        Three letters; the currency of its runs unless they ask for another.
    parent_id
        The portfolio above it; None at the top.

    Raises
    ------
    UsageError
        If the name is empty, too long or not printable, or the currency no code.
    NotFoundError
        If there is no such parent.
    ConflictError
        If a sibling has the name.
    """
    if not (len(base_currency) == 3 and base_currency.isascii() and base_currency.isalpha()):
        raise UsageError("the base currency is no ISO code", remedy="Write three letters such as USD.")
    return await portfolios.create(
        session, name=_name(name), base_currency=base_currency.upper(), parent_id=parent_id
    )


async def change_portfolio(
    session: AsyncSession,
    portfolio_id: UUID,
    *,
    expected_version: int,
    name: str | Unchanged = Unchanged.UNCHANGED,
    parent_id: UUID | Unchanged | None = Unchanged.UNCHANGED,
) -> PortfolioRecord:
    """Rename a portfolio, move it, or both.

    Parameters
    ----------
    session, portfolio_id
        An open transaction of the tenant, and which portfolio.
    expected_version
        The version that the caller has read.
    name, parent_id
        As for :func:`create_portfolio`; what is left out stays.

    Raises
    ------
    UsageError
        If the name is empty, too long or not printable.
    NotFoundError
        If there is no such portfolio or parent.
    PreconditionError
        If somebody else has changed it meanwhile.
    ConflictError
        If a sibling has the name, or the tree would bite its tail.
    PermissionDeniedError
        If it would be moved out of the part of the tree that the caller sees.
    """
    if not isinstance(parent_id, Unchanged) and is_narrowed(session):
        await _check_move(session, portfolio_id, parent_id)
    new_name = name if isinstance(name, Unchanged) else _name(name)
    return await portfolios.update(
        session, portfolio_id, expected_version=expected_version, name=new_name, parent_id=parent_id
    )


async def import_positions(
    session: AsyncSession,
    portfolio_id: UUID,
    *,
    content: bytes,
    source_name: str,
    valid_from: dt.date,
) -> HoldingsRecord:
    """Record the positions of a file as what a portfolio holds from a date on; older ones stay known.

    Parameters
    ----------
    session, portfolio_id
        An open transaction of the tenant, and which portfolio.
    content
        The bytes of a portfolio file, as :func:`~plimsoll.data.importers.portfolio_csv.read_portfolio` takes.
    source_name
        Name of the file.
    valid_from
        First date on which these are the positions.

    Returns
    -------
    HoldingsRecord
        With every row accounted for: positions, refused rows, and how the file was read.

    Raises
    ------
    DataError
        If the file as a whole cannot be used.
    NotFoundError
        If there is no such portfolio.
    ConflictError
        If it is archived.
    """
    portfolio = await portfolios.get(session, portfolio_id)
    imported: ImportedPortfolio = await in_background(read_upload, read_portfolio, content, source_name)
    held = (position.instrument for position in imported.portfolio.positions)
    await instruments.register(session, held)
    named = replace(imported, portfolio=replace(imported.portfolio, name=portfolio.name))
    return await holdings.record(
        session,
        portfolio_id,
        named,
        valid_from=valid_from,
        source_name=file_name(source_name),
        source=content,
    )


async def _check_move(session: AsyncSession, portfolio_id: UUID, parent_id: UUID | None) -> None:
    """Refuse to take a portfolio from under one that the caller does not see, or up to the top."""
    known = await portfolios.get(session, portfolio_id)
    if known.parent_id == parent_id:
        return
    try:
        if parent_id is not None and known.parent_id is not None:
            await portfolios.get(session, known.parent_id)
            return
    except NotFoundError:
        pass
    remedy = "Ask somebody whose permission holds in the whole tenant."
    raise PermissionDeniedError("the portfolio would leave what your permission holds for", remedy=remedy)


def _name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > _LONGEST_NAME or clean(name) != name:
        raise UsageError(
            "the name cannot be used", remedy=f"It takes 1 to {_LONGEST_NAME} printable characters."
        )
    return name
