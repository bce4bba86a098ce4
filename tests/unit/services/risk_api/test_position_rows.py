"""Positions of an import in pages."""

import datetime as dt
from uuid import UUID

from plimsoll.data.store.holdings import HoldingsSummary
from plimsoll.services.risk_api.position_rows import MOST_ROWS, USUAL_ROWS, next_rows

ID = UUID(int=7)
SUMMARY = HoldingsSummary(
    ID, UUID(int=1), dt.date(2024, 1, 1), dt.datetime(2024, 1, 1, tzinfo=dt.UTC), "0" * 64, "x.csv", 10, 0, 1
)


def test_the_next_page_begins_where_this_one_ends() -> None:
    """The link names the import, what was shown and the same size; after the last position there is none."""
    assert next_rows(SUMMARY, slice(0, 4)) == f"/api/v1/imports/{ID}/positions?skip=4&limit=4"
    assert next_rows(SUMMARY, slice(4, 8)) == f"/api/v1/imports/{ID}/positions?skip=8&limit=4"
    assert next_rows(SUMMARY, slice(8, 12)) is None
    assert next_rows(SUMMARY, slice(0, 10)) is None
    assert USUAL_ROWS <= MOST_ROWS
