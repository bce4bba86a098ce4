"""Live risk over real servers on loopback: from a tick to the number, and a thousand listeners."""

import asyncio
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

from websockets.asyncio.client import connect

from measurement import Row

PROGRAM = Path(sys.executable).with_name("plimsoll")
TICKS_A_SECOND = 2_000
BATCHES_A_SECOND = 100
SECONDS = 8
LISTENERS = 1_000
UPDATES = 8
REFRESH_SECONDS = 0.05


def measure() -> list[Row]:
    """Start the platform, drive it from another process and return a row for each claim."""
    home = Path(tempfile.mkdtemp(prefix="plimsoll-bench-"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PLIMSOLL_")}
    environment |= {"HOME": str(home), "PLIMSOLL_LIVE_REFRESH_SECONDS": str(REFRESH_SECONDS)}
    command = [str(PROGRAM), "up", "--json", "--port", "18431", "--metrics-port", "18432"]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            command, env=environment, cwd=home, stdout=subprocess.PIPE, stderr=log, text=True
        )
    try:
        told = json.loads(process.stdout.readline() if process.stdout else "{}")
        key = Path(told["api_key_file"]).read_text().strip()
        return asyncio.run(_measured(told["url"], key))
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(home)


async def _measured(url: str, key: str) -> list[Row]:
    portfolio = await _portfolio(url, key)
    waits = sorted(await _latencies(url, key, portfolio))
    cuts = quantiles(waits, n=100)
    p50, p99 = 1000 * cuts[49], 1000 * cuts[98]
    sent, heard, seconds = await _listened(url, key, portfolio)
    lost = sent - heard
    return [
        Row(
            f"tick in at the WebSocket to VaR out at SSE, {TICKS_A_SECOND:,} ticks/s, 500 scenarios",
            f"p50 {p50:.0f} ms, p99 {p99:.0f} ms",
            f"an update every {1000 * REFRESH_SECONDS:.0f} ms",
            f"{len(waits):,} updates' ticks",
            "p99 < 100 ms",
            p99 < 100.0,
        ),
        Row(
            f"{LISTENERS:,} SSE clients, one update a second",
            f"{heard:,} of {sent:,} delivered",
            "every update to everybody",
            f"{lost:,} lost; the last one had it after {1000 * seconds:.0f} ms",
            "0 lost",
            lost == 0,
        ),
    ]


async def _portfolio(url: str, key: str) -> str:
    """Wait for the demo books and return the long/short one."""
    for _ in range(200):
        found = [one for one in await _get(url, key, "/risk-runs") if one["value"]]
        names = {one["id"]: one["name"] for one in await _get(url, key, "/portfolios")}
        for run in found:
            if names.get(run["portfolio_id"]) == "Long/short":
                return str(run["portfolio_id"])
        await asyncio.sleep(0.1)
    raise TimeoutError


async def _get(url: str, key: str, path: str) -> list[dict[str, Any]]:
    import httpx2

    async with httpx2.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{url}/api/v1{path}", headers={"Authorization": f"Bearer {key}"})
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


async def _latencies(url: str, key: str, portfolio: str) -> list[float]:
    """Return, for each tick that was the last one before an update, how long it took to a listener."""
    sent: dict[float, float] = {}
    waits: list[float] = []
    reader = await _stream(url, key, portfolio)
    await _event(reader)

    async def listen() -> None:
        while True:
            update = json.loads(await _event(reader))
            now = time.perf_counter()
            waits.extend(now - sent.pop(one["level"]) for one in update["movers"] if one["level"] in sent)

    listening = asyncio.create_task(listen())
    address = f"ws{url.removeprefix('http')}/api/v1/live/ticks"
    headers = {"Authorization": f"Bearer {key}"}
    async with connect(address, additional_headers=headers, compression=None) as socket:
        begun, size = time.perf_counter(), TICKS_A_SECOND // BATCHES_A_SECOND
        for number in range(SECONDS * BATCHES_A_SECOND):
            ticks = _ticks(number, size)
            sent |= {price: time.perf_counter() for _, price, _ in ticks}
            await socket.send(json.dumps({"ticks": ticks}))
            await socket.recv()
            await asyncio.sleep(max(0.0, begun + (number + 1) / BATCHES_A_SECOND - time.perf_counter()))
    await asyncio.sleep(0.5)
    listening.cancel()
    return waits


def _ticks(number: int, size: int) -> list[tuple[str, float, str]]:
    """Return ticks of shares of the demo book, each price different from all others."""
    now = dt.datetime.now(dt.UTC).isoformat()
    symbols = ("AAPL", "MSFT", "JPM", "XOM", "KO", "JNJ", "PG", "WMT", "HD", "BAC")
    return [(symbols[k % len(symbols)], 100.0 + (number * size + k) / 1e6, now) for k in range(size)]


async def _listened(url: str, key: str, portfolio: str) -> tuple[int, int, float]:
    """Return how many updates a thousand listeners were to get and got, and the slowest delivery."""
    readers = [await _stream(url, key, portfolio) for _ in range(LISTENERS)]
    for reader in readers:
        await _event(reader)
    heard, slowest = 0, 0.0
    address = f"ws{url.removeprefix('http')}/api/v1/live/ticks"
    headers = {"Authorization": f"Bearer {key}"}
    async with connect(address, additional_headers=headers, compression=None) as socket:
        for number in range(UPDATES):
            begun = time.perf_counter()
            await socket.send(json.dumps({"ticks": _ticks(10**6 + number, 1)}))
            await socket.recv()
            waiting = [asyncio.wait_for(_event(one), 5) for one in readers]
            got = await asyncio.gather(*waiting, return_exceptions=True)
            heard += sum(isinstance(one, bytes) for one in got)
            slowest = max(slowest, time.perf_counter() - begun)
            await asyncio.sleep(max(0.0, begun + 1.0 - time.perf_counter()))
    return LISTENERS * UPDATES, heard, slowest


async def _stream(url: str, key: str, portfolio: str) -> asyncio.StreamReader:
    host = url.removeprefix("http://")
    reader, writer = await asyncio.open_connection(*host.split(":"), limit=2**20)
    path = f"/api/v1/live/portfolios/{portfolio}/stream?by=desk"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
    status = await reader.readline()
    if b" 200 " not in status:
        raise ConnectionError(status)
    reader.__dict__["kept"] = writer  # a writer that nobody holds is closed
    return reader


async def _event(reader: asyncio.StreamReader) -> bytes:
    while True:
        line = await reader.readline()
        if not line:
            raise ConnectionError
        if line.startswith(b"data: "):
            return line[6:]


if __name__ == "__main__":
    for row in measure():
        print(row)
