"""Three portfolios of real names for a first look; their prices are the demo prices."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["DemoBook", "demo_books"]

_NAMES = {"long_only": "Long only", "long_short": "Long/short", "option_overlay": "Option overlay"}


@dataclass(frozen=True, slots=True)
class DemoBook:
    """A demo portfolio.

    Parameters
    ----------
    name
        For people.
    file
        Where its positions are.
    """

    name: str
    file: Path


def demo_books() -> tuple[DemoBook, ...]:
    """Return the demo portfolios.

    Examples
    --------
    >>> [book.name for book in demo_books()]
    ['Long only', 'Long/short', 'Option overlay']
    """
    folder = Path(__file__).with_name("books")
    return tuple(DemoBook(name, folder / f"{file}.csv") for file, name in _NAMES.items())
