"""What it costs that a transaction may see some portfolios alone: 1,000 portfolios, 100,000 limits.

Each figure is that of a whole transaction, as a request opens it: it begins, asks once and ends. Three in
turn on the same rows: without the policies that narrow (dropped for the measurement), with them for somebody
who sees the whole tenant, and for somebody who sees a desk of 100 portfolios.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from uuid import UUID

from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncSession

from measurement import Row
from plimsoll.data.store import schema
from plimsoll.data.store.database import Database, database_url
from plimsoll.data.store.embedded import embedded_postgres, stop

__all__ = ["measure"]

TENANT = UUID(int=1)
PORTFOLIOS, LIMITS, DESK = 1_000, 100_000, 100
ROUNDS, CALLS = 9, 40
WARM = 12  # calls of a connection until statements and their plans are kept, as in a server that runs
GOAL = 1.15
POLICY = "CREATE POLICY seen ON {table} AS RESTRICTIVE USING ({using})"
ASKED = {
    "one row by its id": "SELECT id FROM limits WHERE id = :some",
    "a page of 100 rows": "SELECT id, portfolio_id FROM limits ORDER BY id LIMIT 100",
    "a page of one portfolio": "SELECT id FROM limits WHERE portfolio_id = :portfolio ORDER BY id LIMIT 100",
}
_FILL = (
    "INSERT INTO tenants (id, name) VALUES (CAST(:tenant AS uuid), 'measured')",
    (
        "INSERT INTO portfolios (id, tenant_id, name, parent_id, base_currency)"
        " SELECT CAST(lpad(to_hex(n), 32, '0') AS uuid), CAST(:tenant AS uuid), 'p' || n,"
        " CASE WHEN n % 100 <> 1 THEN CAST(lpad(to_hex(n - (n - 1) % 100), 32, '0') AS uuid) END, 'USD'"
        " FROM generate_series(1, :portfolios) AS n"
    ),
    (
        "INSERT INTO limits (id, tenant_id, portfolio_id)"
        " SELECT CAST(lpad(to_hex(1048576 + n), 32, '0') AS uuid), CAST(:tenant AS uuid),"
        " CAST(lpad(to_hex(1 + n % :portfolios), 32, '0') AS uuid) FROM generate_series(1, :limits) AS n"
    ),
    "ANALYZE portfolios",
    "ANALYZE limits",
)


def measure() -> list[Row]:
    """Return what the policies cost those who see everything, and those who do not."""
    folder = Path(tempfile.mkdtemp(prefix="plimsoll-benchmark-"))
    try:
        url = embedded_postgres(folder)
        schema.upgrade(url)
        _execute(url, *_FILL)
        return asyncio.run(_rows(url))
    finally:
        stop(folder)
        shutil.rmtree(folder)


async def _rows(url: str) -> list[Row]:
    database = Database(url)
    desk = database.narrowed([frozenset({UUID(int=1)})])
    using = _using(url)
    rows = []
    try:
        for what, query in ASKED.items():
            work = _work(query)
            bare, whole, narrow = [], [], []
            for _ in range(ROUNDS):
                _execute(url, *(f"DROP POLICY seen ON {table}" for table in using))
                bare.append(await _seconds(database, work))
                _execute(url, *(POLICY.format(table=table, using=found) for table, found in using.items()))
                whole.append(await _seconds(database, work))
                narrow.append(await _seconds(desk, work))
            rows.append(_row(what, median(bare), median(whole), median(narrow)))
    finally:
        await database.dispose()
    return rows


def _row(what: str, bare: float, whole: float, narrow: float) -> Row:
    return Row(
        f"row-level security by portfolio, {what} of {LIMITS:,} in a transaction",
        f"{whole * 1e3:.2f} ms who sees the tenant, {narrow * 1e3:.2f} ms who sees {DESK} of {PORTFOLIOS:,}",
        f"{bare * 1e3:.2f} ms without the policy",
        f"{whole / bare:.2f}× and {narrow / bare:.2f}× the time",
        f"≤ {GOAL}× who sees the tenant",
        whole / bare <= GOAL,
    )


def _work(query: str) -> Callable[[AsyncSession], Awaitable[None]]:
    statement = text(query)
    known = {"some": UUID(int=1048576 + 100), "portfolio": UUID(int=7)}
    asked = {name: value for name, value in known.items() if f":{name}" in query}

    async def work(session: AsyncSession) -> None:
        (await session.execute(statement, asked)).all()

    return work


async def _seconds(database: Database, work: Callable[[AsyncSession], Awaitable[None]]) -> float:
    times = []
    for call in range(-WARM, CALLS):
        start = time.perf_counter()
        async with database.session(TENANT) as session:
            await work(session)
        if call >= 0:
            times.append(time.perf_counter() - start)
    return median(times)


def _using(url: str) -> dict[str, str]:
    """Return the condition of each policy, to bring it back after it was dropped."""
    engine = create_engine(database_url(url))
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT tablename, qual FROM pg_policies WHERE policyname = 'seen' ORDER BY tablename")
        ).all()
    engine.dispose()
    return {str(table): str(qual) for table, qual in found}


def _execute(url: str, *statements: str) -> None:
    engine = create_engine(database_url(url))
    with engine.begin() as connection:
        for statement in statements:
            values = {"tenant": str(TENANT), "portfolios": PORTFOLIOS, "limits": LIMITS}
            asked = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(text(statement), asked)
    engine.dispose()


if __name__ == "__main__":
    from run import row_text

    for one in measure():
        print(row_text(one), end="")
