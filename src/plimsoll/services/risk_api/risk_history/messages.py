"""Runs as days of a history, as messages and as a table."""

from collections.abc import Sequence

from plimsoll.data.store.runs import RunRecord
from plimsoll.wire.risk_history import RiskDay

__all__ = ["history_stream", "risk_day"]


def risk_day(record: RunRecord) -> RiskDay:
    """Return a run as a day.

    Parameters
    ----------
    record
        The run made last for its date.
    """
    named = {name: getattr(record, name) for name in RiskDay.model_fields if name != "risk_run"}
    return RiskDay(**named, risk_run=record.id)


def history_stream(days: Sequence[RiskDay]) -> bytes:
    """Return days as an Arrow IPC stream: columns named as the fields, what is missing is null.

    Parameters
    ----------
    days
        In the order of the rows.
    """
    import pyarrow as pa

    columns = {
        "as_of": pa.array([day.as_of for day in days], pa.date32()),
        "risk_run": pa.array([str(day.risk_run) for day in days], pa.string()),
        "created_at": pa.array([day.created_at for day in days], pa.timestamp("us", "UTC")),
        "base_currency": pa.array([day.base_currency for day in days], pa.string()),
        **{
            name: pa.array([getattr(day, name) for day in days], pa.float64())
            for name in ("value", "var", "es", "day_pnl")
        },
        "day_start": pa.array([day.day_start for day in days], pa.date32()),
    }
    table = pa.table(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())
