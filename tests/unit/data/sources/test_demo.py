"""The demo prices are those of the package's files, found without importing it."""

import subprocess
import sys

import numpy as np
import pytest

from plimsoll.data.sources.demo import demo_prices
from plimsoll.errors import UnavailableError


def test_what_the_demo_holds() -> None:
    """Twenty names and the index, 8,313 days from 1990-01-02 to 2022-12-28 (counted in the files), in USD."""
    table = demo_prices()
    assert table.prices.shape == (8313, 21)
    assert (str(table.dates[0]), str(table.dates[-1])) == ("1990-01-02", "2022-12-28")
    assert set(table.currencies) == {"USD"}
    assert table.source == "demo"
    assert table.symbols[:2] == ("AAPL", "AMD")
    assert table.symbols[-1] == "SP500"
    assert table.prices[0, 0] == 0.264
    assert table.prices[0, -1] == 359.69
    assert np.isfinite(table.prices).all()
    assert [assumption.topic for assumption in table.assumptions] == ["prices"]


def test_the_package_is_not_imported() -> None:
    """Importing skfolio takes seconds; reading its files does not need it."""
    script = (
        "import sys; from plimsoll.data.sources.demo import demo_prices; demo_prices(); "
        "print('skfolio' in sys.modules)"
    )
    command = [sys.executable, "-c", script]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "False\n"


@pytest.mark.parametrize("package", ["no_such_package", "json"])
def test_a_missing_package_has_a_remedy(package: str) -> None:
    """Without the package, or without its files, the remedy is the extra to install."""
    with pytest.raises(UnavailableError) as caught:
        demo_prices(package)
    assert caught.value.remedy == "pip install 'plimsoll-risk[demo]'"
