"""Read prices from the demo, a file, or a directory of files."""

from collections.abc import Sequence
from pathlib import Path

from plimsoll.data.price_files import read_price_file
from plimsoll.data.price_table import PriceTable, joined
from plimsoll.data.sources.demo import demo_prices
from plimsoll.errors import DataError
from plimsoll.risk.assumptions import Assumption

__all__ = ["read_prices"]

_ENDINGS = (".csv", ".csv.gz", ".parquet")


def read_prices(source: str | Path) -> PriceTable:
    """Read all prices of a source.

    Parameters
    ----------
    source
        ``"demo"``, a CSV or Parquet file, or a directory whose ``.csv``, ``.csv.gz`` and ``.parquet`` files
        are joined by date. A directory that is called demo is ``./demo``.

    Returns
    -------
    PriceTable
        Prices by date and symbol, NaN where there is none, with what was decided while reading.

    Raises
    ------
    DataError
        If a file or the directory cannot be read or used; the place and the remedy are named.
    UnavailableError
        If the demo is asked for and its package is not installed.
    """
    if source == "demo":
        return demo_prices()
    path = Path(source)
    try:
        entries = sorted(path.iterdir()) if path.is_dir() else None
    except OSError as error:
        remedy = "Check the path, and that you may read it."
        raise DataError(f"cannot be read: {error.strerror}", file=str(path), remedy=remedy) from None
    return read_price_file(path) if entries is None else _read_directory(path, entries)


def _read_directory(folder: Path, entries: Sequence[Path]) -> PriceTable:
    """Read every price file of a directory and join them by date; hidden files do not count."""
    found = [path for path in entries if not path.name.startswith(".")]
    chosen = [path for path in found if path.name.lower().endswith(_ENDINGS) and not path.is_dir()]
    if not chosen:
        remedy = "Put .csv or .parquet files into it."
        raise DataError("the directory has no price files", file=str(folder), remedy=remedy)
    table = joined([read_price_file(path) for path in chosen], str(folder))
    others = tuple(path.name for path in found if path not in chosen)
    if not others:
        return table
    text = f"{folder}: {len(others)} entries that are no .csv or .parquet file were left out."
    assumptions = (*table.assumptions, Assumption("import", text, others))
    return PriceTable(table.dates, table.symbols, table.prices, table.currencies, str(folder), assumptions)
