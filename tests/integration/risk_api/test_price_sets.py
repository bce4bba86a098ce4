"""Price sets over HTTP."""

import pytest

from risk_api_world import API, World, made, new_prices, prices_file, refused
from small_book import DATES, small_market

pytestmark = pytest.mark.anyio

PRICES = f"{API}/price-sets"
CSV = {"Content-Type": "text/csv"}


async def test_prices_are_uploaded_and_found(world: World) -> None:
    """Dates and symbols of the file are known of the set, and an ETag spares the second reading."""
    query = {"name": "Closing prices", "source_name": "close.csv"}
    sent = await world.owner.post(PRICES, content=prices_file(), headers=CSV, params=query)
    prices = made(sent, 201)
    assert (prices["name"], prices["source"], prices["symbols"]) == ("Closing prices", "close.csv", 3)
    assert (prices["first_date"], prices["last_date"]) == (str(DATES[0]), str(DATES[-1]))
    read = await world.owner.get(sent.headers["Location"])
    assert made(read, 200) == prices
    assert read.headers["ETag"] == f'"{prices["sha256"]}"'
    again = await world.owner.get(sent.headers["Location"], headers={"If-None-Match": read.headers["ETag"]})
    assert again.status_code == 304


async def test_equal_prices_are_one_set(world: World) -> None:
    """The same prices again, whatever they are called, are the set that is there already."""
    first = await new_prices(world.owner)
    again = await world.owner.post(PRICES, content=prices_file(), headers=CSV, params={"name": "Copy"})
    assert made(again, 201)["id"] == first["id"]
    assert made(await world.owner.get(PRICES), 200) == {"items": [first], "next": None}


async def test_parquet_is_taken(world: World) -> None:
    """A Parquet file holds the same prices as the CSV file that it was made of."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    table = small_market()
    columns = {"date": table.dates} | dict(zip(table.symbols, table.prices.T, strict=True))
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table(columns), sink)
    headers = {"Content-Type": "application/vnd.apache.parquet"}
    sent = await world.owner.post(PRICES, content=sink.getvalue().to_pybytes(), headers=headers)
    assert made(sent, 201)["sha256"] == (await new_prices(world.owner))["sha256"]


async def test_a_repeated_upload_gets_the_first_answer(world: World) -> None:
    """The same upload with the same key gets the same bytes; another upload under the key is refused."""
    headers = {**CSV, "Idempotency-Key": "a"}
    answers = [await world.owner.post(PRICES, content=prices_file(), headers=headers) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    other = await world.owner.post(PRICES, content=b"date,A\n2024-01-01,1\n", headers=headers)
    refused(other, 409, "conflict")


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"", "text/csv", 422, "bad-data"),
        (b"date,AAA\n2024-01-01,many\n", "text/csv", 422, "bad-data"),
        (b"PAR1 but no more", "application/vnd.apache.parquet", 422, "bad-data"),
        (b"\x1f\x8b not gzip", "application/gzip", 422, "bad-data"),
        (b"{}", "application/json", 415, "unsupported-media-type"),
    ],
)
async def test_a_file_that_cannot_be_used_is_refused(
    world: World, content: bytes, media_type: str, status: int, code: str
) -> None:
    """What holds no prices is refused and nothing is stored."""
    sent = await world.owner.post(PRICES, content=content, headers={"Content-Type": media_type})
    refused(sent, status, code)
    assert made(await world.owner.get(PRICES), 200)["items"] == []


async def test_an_id_that_is_none_is_refused(world: World) -> None:
    """What is not a UUID names no price set."""
    refused(await world.owner.get(f"{PRICES}/latest"), 422, "invalid")
