"""The demo portfolios."""

from pathlib import Path

from plimsoll.data.importers.portfolio_csv import read_portfolio
from plimsoll.data.sources.demo_books import demo_books

EXAMPLES = Path(__file__).parents[4] / "examples" / "portfolios"


def test_demo_books_are_the_examples() -> None:
    """Each book is the example of the same name, byte for byte, and every row of it is a position."""
    books = demo_books()
    assert {book.file.name for book in books} == {file.name for file in EXAMPLES.glob("*.csv")}
    for book in books:
        assert book.file.read_bytes() == (EXAMPLES / book.file.name).read_bytes()
        assert read_portfolio(book.file).failures == ()
