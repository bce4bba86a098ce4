"""Positions of one import in pages: which rows, and where the next ones are."""

from plimsoll.data.store.holdings import HoldingsSummary
from plimsoll.services.risk_api.routes import API_PREFIX

__all__ = ["MOST_ROWS", "USUAL_ROWS", "next_rows"]

MOST_ROWS = 10_000
"""Positions of one answer."""

USUAL_ROWS = 1000
"""Positions of an answer unless the client says otherwise."""


def next_rows(record: HoldingsSummary, rows: slice) -> str | None:
    """Return path and query of the positions that come after some; None if there are none.

    An import never changes, so that its pages fit together whatever is imported meanwhile.

    Parameters
    ----------
    record
        The import.
    rows
        Which positions are shown.
    """
    if rows.stop >= record.positions:
        return None
    limit = rows.stop - rows.start
    return f"{API_PREFIX}/imports/{record.id}/positions?skip={rows.stop}&limit={limit}"
