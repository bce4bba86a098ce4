"""Prices: the last one of each symbol, series in pages and as Arrow."""

import pyarrow as pa
import pytest

from risk_api_world import API, World, made, new_prices, refused

pytestmark = pytest.mark.anyio

SERIES = f"{API}/prices/series?symbol=AAA"


async def test_last_prices_and_series(world: World) -> None:
    """Pages fit together, the set that was meant stays named in them, Arrow holds the same."""
    stored = await new_prices(world.owner)
    page = made(await world.owner.get(f"{API}/prices?limit=2"), 200)
    assert [one["symbol"] for one in page["items"]] == ["AAA", "BBB"]
    assert page["items"][0]["freshness"] == "fresh"
    assert [one["symbol"] for one in made(await world.owner.get(page["next"]), 200)["items"]] == ["EURUSD"]
    points: list[dict[str, object]] = []
    following = f"{SERIES}&limit=150&from=2024-01-02"
    while following:
        part = made(await world.owner.get(following), 200)
        points, following = points + part["items"], part["next"]
    assert (len(points), part["price_set_id"]) == (300, stored["id"])
    arrow = await world.owner.get(SERIES, headers={"Accept": "application/vnd.apache.arrow.stream"})
    with pa.ipc.open_stream(arrow.content) as stream:
        assert stream.read_all()["price"].to_pylist()[1:] == [one["price"] for one in points]
    again = await world.owner.get(f"{API}/prices")
    known = {"If-None-Match": again.headers["etag"]}
    assert (await world.owner.get(f"{API}/prices", headers=known)).status_code == 304


@pytest.mark.parametrize("path", [f"{API}/prices", SERIES])
async def test_who_may_see_prices(world: World, path: str) -> None:
    """Nobody and somebody powerless see none; to another tenant there are none; nonsense is 422."""
    stored = await new_prices(world.owner)
    refused(await world.anonymous.get(path), 401, "unauthenticated")
    refused(await world.powerless.get(path), 403, "forbidden")
    refused(await world.outsider.get(path), 404, "not-found")
    sign = "&" if "?" in path else "?"
    refused(await world.outsider.get(f"{path}{sign}price_set={stored['id']}"), 404, "not-found")
    refused(await world.owner.get(f"{path}{sign}price_set=nonsense"), 422, "invalid")
    refused(await world.owner.get(f"{path}{sign}limit=0"), 422, "invalid")


async def test_a_symbol_that_is_not_there(world: World) -> None:
    """It is not found, and not repeated."""
    await new_prices(world.owner)
    problem = refused(await world.owner.get(f"{API}/prices/series?symbol=ZZZZZZ"), 404, "not-found")
    assert "ZZZZZZ" not in str(problem)
    refused(await world.owner.get(f"{API}/prices/series"), 422, "invalid")
