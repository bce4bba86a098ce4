"""Runs as days of a history."""

import datetime as dt
import math
from uuid import UUID

import pyarrow as pa

from plimsoll.data.store.runs import RunRecord
from plimsoll.services.risk_api.risk_history.messages import history_stream, risk_day

RECORD = RunRecord(
    id=UUID(int=1),
    portfolio_id=UUID(int=2),
    holdings_id=UUID(int=3),
    price_set_id=UUID(int=4),
    run_id="0" * 64,
    request={},
    as_of=dt.date(2024, 1, 2),
    created_at=dt.datetime(2024, 1, 3, tzinfo=dt.UTC),
    created_by="me",
    var=3.0,
    es=math.nan,
    value=5.0,
    base_currency="EUR",
)


def test_what_is_missing_is_null() -> None:
    """A figure that is none, and P&L that is not known, are null as a message and in the table."""
    day = risk_day(RECORD)
    assert (day.risk_run, day.var, day.es, day.day_pnl, day.day_start) == (RECORD.id, 3.0, None, None, None)
    table = pa.ipc.open_stream(history_stream([day])).read_all()
    assert table.column_names == [
        *("as_of", "risk_run", "created_at", "base_currency", "value", "var", "es", "day_pnl", "day_start")
    ]
    assert table.to_pylist()[0]["as_of"] == RECORD.as_of
    assert table.to_pylist()[0]["day_pnl"] is None
    assert history_stream([]) != b""
