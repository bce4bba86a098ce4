"""Risk history through both clients."""

import asyncio
import datetime as dt

from plimsoll.client import AsyncRiskClient, RiskClient
from risk_api_world import prices_file

WHOLE = b"symbol,quantity,currency\nAAA,10,USD\n"
FIRST, LAST = dt.date(2024, 10, 25), dt.date(2024, 10, 26)


def test_days_are_read_as_messages_and_as_a_table(api_url: str, key: str) -> None:
    """Both clients yield the same days, in pages or as one table, and bounds narrow them."""
    with RiskClient(api_url, key) as client:
        book = client.create_portfolio("Book")
        client.import_positions(book.id, WHOLE, valid_from=dt.date(2024, 1, 1))
        client.upload_prices(prices_file())
        runs = [client.start_run(book.id, days=60, as_of=day) for day in (FIRST, LAST)]
        days = list(client.risk_history(book.id, page_size=1))
        assert [day.risk_run for day in days] == [run.id for run in runs]
        assert [day.as_of for day in client.risk_history(book.id, first=LAST)] == [LAST]
        table = client.risk_history_table(book.id, last=FIRST)
        assert table.column("var").to_pylist() == [days[0].var]

    async def again() -> None:
        async with AsyncRiskClient(api_url, key) as client:
            assert [day async for day in client.risk_history(book.id)] == days
            assert (await client.risk_history_table(book.id)).num_rows == 2

    asyncio.run(again())
