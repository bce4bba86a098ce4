"""The last price of each symbol, kept so that live numbers are the same after a restart."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.live_rows import LiveLevelRow

__all__ = ["LiveLevelRecord", "keep", "load"]

_AT_A_TIME = 1_000  # rows of one statement: six parameters each, and PostgreSQL takes 65,535


@dataclass(frozen=True, slots=True)
class LiveLevelRecord:
    """A last price.

    Parameters
    ----------
    symbol
        Unique within the tenant.
    price
        Per unit, in the currency of the instrument.
    at
        When it was seen, with a time zone.
    stamp
        Decides between two prices of the same time; the larger is the later.
    source
        Who said so.
    """

    symbol: str
    price: float
    at: dt.datetime
    stamp: int
    source: str


async def keep(session: AsyncSession, levels: Sequence[LiveLevelRecord]) -> None:
    """Keep each level unless a later one of its symbol is kept already; several processes may do so at once.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    levels
        Each symbol once.
    """
    # In one order, so that two writers wait for each other and never for themselves.
    ordered = sorted(levels, key=lambda level: level.symbol)
    for start in range(0, len(ordered), _AT_A_TIME):
        made = insert(LiveLevelRow).values([asdict(level) for level in ordered[start : start + _AT_A_TIME]])
        new = made.excluded
        statement = made.on_conflict_do_update(
            index_elements=[LiveLevelRow.tenant_id, LiveLevelRow.symbol],
            set_={"price": new.price, "at": new.at, "stamp": new.stamp, "source": new.source},
            where=tuple_(new.at, new.stamp, new.price)
            > tuple_(LiveLevelRow.at, LiveLevelRow.stamp, LiveLevelRow.price),
        )
        await session.execute(statement)


async def load(session: AsyncSession) -> list[LiveLevelRecord]:
    """Return the last price of every symbol of the session's tenant, by symbol."""
    columns = (LiveLevelRow.symbol, LiveLevelRow.price, LiveLevelRow.at, LiveLevelRow.stamp)
    found = await session.execute(select(*columns, LiveLevelRow.source).order_by(LiveLevelRow.symbol))
    return [LiveLevelRecord(*row) for row in found]
