"""Price sets: histories of prices that are uploaded once and never change."""

from dataclasses import replace
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.price_files import read_price_file
from plimsoll.data.price_table import PriceTable
from plimsoll.data.store import price_sets
from plimsoll.data.store.price_sets import PriceSetRecord
from plimsoll.monitoring.stages import note_prices
from plimsoll.workflows.background import in_background
from plimsoll.workflows.uploads import file_name, read_upload

__all__ = ["upload_prices"]

# A packed file of few bytes may hold many prices: twenty million take about a gigabyte to understand.
_READ = partial(read_price_file, largest=20_000_000, most_bytes=256 << 20)


async def upload_prices(
    session: AsyncSession, *, content: bytes, source_name: str, name: str | None = None
) -> PriceSetRecord:
    """Store the prices of a file; the same prices from any file are one price set.

    Parameters
    ----------
    session
        An open transaction of the tenant; whoever opened it commits.
    content
        The bytes of a CSV or Parquet file.
    source_name
        Name of the file; reports name it as their source of prices.
    name
        What to call the set; None for the name of the file.

    Raises
    ------
    DataError
        If the file cannot be used; row, column and remedy are named.
    """
    shown = file_name(source_name)
    table: PriceTable = await in_background(read_upload, _READ, content, source_name)
    record = await price_sets.store(session, _renamed(table, shown), name=name or shown)
    note_prices(record.last_date)
    return record


def _renamed(table: PriceTable, source: str) -> PriceTable:
    """Return the table as if it had been read from `source`, also in what was said while reading."""
    notes = tuple(replace(note, text=note.text.replace(table.source, source)) for note in table.assumptions)
    return replace(table, source=source, assumptions=notes)
