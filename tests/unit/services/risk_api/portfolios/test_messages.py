"""Stored positions as messages."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

from plimsoll.data.importers.portfolio_csv import ImportedPortfolio
from plimsoll.data.store.holdings import HoldingsRecord
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.failures import Failure, Reason
from plimsoll.services.risk_api.portfolios.messages import holdings_of, import_result, version_of
from small_book import book, share

REFUSED = Failure(Reason.REFUSED_ROW, "BBB", "no quantity", row=3, column="quantity", value=float("nan"))
IMPORTED: ImportedPortfolio = replace(
    book(share("AAA", 1.0, "USD", row=2), refused=[REFUSED]),
    assumptions=(Assumption("import", "Read as CSV.", ("AAA",)),),
)
RECORD = HoldingsRecord(
    id=UUID(int=1),
    portfolio_id=UUID(int=2),
    valid_from=dt.date(2024, 1, 1),
    known_at=dt.datetime(2024, 1, 2, tzinfo=dt.UTC),
    sha256="0" * 64,
    source_name="book.csv",
    positions=1,
    refused=1,
    size=20,
    portfolio=IMPORTED,
)


def test_a_version_counts_its_rows() -> None:
    """Rows that hold a position and rows that were refused are counted apart."""
    version = version_of(RECORD)
    assert (version.positions, version.refused) == (1, 1)
    assert (version.id, version.known_at, version.source_name) == (RECORD.id, RECORD.known_at, "book.csv")


def test_an_import_names_what_was_refused_and_assumed() -> None:
    """Refused rows keep place and reason, what is not a number becomes null, assumptions keep their items."""
    result = import_result(RECORD)
    (refused,), (assumed,) = result.refused, result.assumptions
    assert (refused.reason, refused.row, refused.column, refused.value) == (
        "refused-row",
        3,
        "quantity",
        None,
    )
    assert (assumed.topic, assumed.items) == ("import", ("AAA",))
    assert result.holdings == version_of(RECORD)


def test_holdings_are_the_version_with_its_positions() -> None:
    """Positions come in the order of the file, beside the account of the import."""
    found = holdings_of(RECORD)
    assert [(one.symbol, one.row) for one in found.positions] == [("AAA", 2)]
    assert (found.refused, found.assumptions) == (
        import_result(RECORD).refused,
        import_result(RECORD).assumptions,
    )
