"""Risk history over HTTP."""

import pyarrow as pa
import pytest

from risk_api_world import API, World, held, made, new_portfolio, new_prices, new_run, refused

pytestmark = pytest.mark.anyio

ARROW = {"Accept": "application/vnd.apache.arrow.stream"}


async def test_days_come_in_pages_and_as_a_table(world: World) -> None:
    """The last run of each day, the oldest first; P&L where the start of the day is known, else null."""
    portfolio = (await new_portfolio(world.owner))["id"]
    await held(world.owner, portfolio, b"symbol,quantity,currency\nAAA,10,USD\n", valid_from="2024-10-24")
    await new_prices(world.owner)
    dates = ("2024-10-24", "2024-10-25", "2024-10-26")
    runs = [await new_run(world.owner, portfolio, as_of=date) for date in (*dates, dates[1])]
    path: str | None = f"{API}/portfolios/{portfolio}/history?limit=2"
    found = []
    while path is not None:
        page = made(await world.owner.get(path), 200)
        found += page["items"]
        path = page["next"]
    assert [(one["as_of"], one["risk_run"]) for one in found] == [
        (dates[0], runs[0]["id"]),
        (dates[1], runs[3]["id"]),
        (dates[2], runs[2]["id"]),
    ]
    assert [one["var"] for one in found] == [runs[0]["var"], runs[3]["var"], runs[2]["var"]]
    assert found[0]["day_pnl"] is None
    assert found[1]["day_pnl"] == pytest.approx(found[1]["value"] - found[0]["value"])
    assert found[1]["day_start"] == dates[0]
    table = await world.owner.get(f"{API}/portfolios/{portfolio}/history", headers=ARROW)
    rows = pa.ipc.open_stream(table.content).read_all().to_pylist()
    assert [row["es"] for row in rows] == [one["es"] for one in found]
    assert [row["day_pnl"] for row in rows] == [one["day_pnl"] for one in found]
    query: dict[str, str | float] = {
        "first": dates[1],
        "last": dates[1],
        "method": "historical",
        "confidence": 0.99,
        "horizon_days": 1,
    }
    (one,) = made(await world.owner.get(f"{API}/portfolios/{portfolio}/history", params=query), 200)["items"]
    assert one == found[1]
    other = await world.owner.get(f"{API}/portfolios/{portfolio}/history", params={"method": "parametric"})
    assert made(other, 200) == {"items": [], "next": None}


@pytest.mark.parametrize("query", ["method=luck", "confidence=1", "first=soon", "horizon_days=0", "limit=0"])
async def test_a_history_that_makes_no_sense_is_refused(world: World, query: str) -> None:
    """Words and numbers that are none are refused before anything is looked up."""
    path = f"{API}/portfolios/0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10/history"
    refused(await world.owner.get(f"{path}?{query}"), 422, "invalid")
