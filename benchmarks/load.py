"""The platform under load on loopback: wrk and Locust on the same cores, and what its metrics say afterwards.

Run it alone with ``python benchmarks/load.py [seconds]``; wrk comes from the system's packages.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx2

from measurement import Row
from served_platform import API, POSITIONS, SCENARIOS, Target, served_platform

from platform_process import free_ports  # isort: skip - served_platform knows where it is

__all__ = ["LoadResult", "environment", "measure", "wrk"]

FOLDER = Path(__file__).resolve().parent
SECONDS = 20
CONNECTIONS = 32
OVERLOAD = 5
_READ_SECONDS = 3
_TO_TAIL = ("inputs", "market", "scenarios", "cube", "tail")
MIX = "80 % cached reads, 15 % what-if and cube queries, 5 % writes"


@dataclass(frozen=True)
class LoadResult:
    """What a load generator saw.

    Attributes
    ----------
    requests, refused, broken
        All answers; those with a status of 400 or more; requests without an answer.
    seconds
        Wall time.
    p50, p95, p99
        Milliseconds.
    """

    requests: int
    seconds: float
    refused: int
    broken: int
    p50: float
    p95: float
    p99: float

    @property
    def rate(self) -> float:
        """Good answers in a second."""
        return (self.requests - self.refused) / self.seconds

    @property
    def errors(self) -> float:
        """Share of requests that failed."""
        return (self.refused + self.broken) / max(1, self.requests + self.broken)

    def __str__(self) -> str:
        """Say it in one line."""
        times = f"p50 {self.p50:.1f} ms, p95 {self.p95:.1f} ms, p99 {self.p99:.1f} ms"
        return f"{self.rate:,.0f} requests/s, {times}, {self.errors:.3%} errors"


def measure(seconds: int = SECONDS) -> list[Row]:
    """Start a platform, load it and return the rows."""
    with served_platform() as target:
        told = environment(target)
        _cut_once(target)
        wrk(target.running.url, told, seconds=5)  # not counted: caches fill
        before = target.metrics()
        loaded = wrk(target.running.url, told, seconds=seconds)
        after = target.metrics()
        rows = [_load_row("wrk", loaded), *_metric_rows(before, after)]
        rows.append(_load_row("Locust", locust(target.running.url, told, seconds), _locust_limit(told)))
        rows.append(_overload_row(target, told, seconds))
        rows += [*_fresh_rows(target), _read_row(target, told), _hit_row(target)]
    return rows


def _cut_once(target: Target) -> None:
    """Ask for each cut of the mix once: the first answer takes most of a second, and is kept for good."""
    with target.client() as client:
        for by in ("", "sector", "desk,sector", "sector,desk"):
            client.get(f"{API}/risk-runs/{target.run}/cube", params={"by": by}).raise_for_status()


def environment(target: Target) -> dict[str, str]:
    """Return what the generators are told of a platform."""
    told = {"PLIMSOLL_KEY": target.running.key, "PLIMSOLL_RUN": target.run, "PLIMSOLL_BOOK": target.book}
    paths = {"RUN": f"risk-runs/{target.run}", "REPORT": f"risk-runs/{target.run}/report"}
    paths["BOOK"] = f"portfolios/{target.book}"
    with target.client() as client:
        tags = {
            f"PLIMSOLL_{name}_ETAG": client.get(f"{API}/{path}").headers["ETag"]
            for name, path in paths.items()
        }
    return {**os.environ, **told, **tags}


def wrk(url: str, told: Mapping[str, str], *, seconds: int, connections: int = CONNECTIONS) -> LoadResult:
    """Load a server with the mix by wrk."""
    program = shutil.which("wrk")
    if program is None:
        raise RuntimeError("wrk is not installed; apt install wrk")
    order = [
        program,
        "-t2",
        f"-c{connections}",
        f"-d{seconds}s",
        "--timeout",
        "10s",
        "-s",
        str(FOLDER / "load_mix.lua"),
    ]
    said = subprocess.run([*order, url], env=dict(told), capture_output=True, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(said.partition("RESULT ")[2])
    return LoadResult(**found)


def locust(url: str, told: Mapping[str, str], seconds: int) -> LoadResult:
    """Load a server with the mix by Locust."""
    order = [sys.executable, "-m", "locust", "-f", str(FOLDER / "load_users.py"), "--headless", "--host", url]
    order += [
        "-u",
        str(CONNECTIONS),
        "-r",
        str(CONNECTIONS),
        "-t",
        f"{seconds}s",
        "--json",
        "--loglevel",
        "ERROR",
    ]
    done = subprocess.run(order, env=dict(told), capture_output=True, text=True, check=False)
    entries: list[dict[str, Any]] = json.loads(done.stdout or "[]")
    if not entries:
        raise RuntimeError(f"Locust asked for nothing: {done.stderr[-500:]}")
    times: dict[float, int] = {}
    for entry in entries:
        for milliseconds, count in entry["response_times"].items():
            times[float(milliseconds)] = times.get(float(milliseconds), 0) + count
    requests = sum(entry["num_requests"] for entry in entries)
    begun = min(entry["start_time"] for entry in entries)
    ended = max(entry["last_request_timestamp"] for entry in entries)
    refused = sum(entry["num_failures"] for entry in entries)
    p50, p95, p99 = (_percentile(times, share) for share in (0.5, 0.95, 0.99))
    return LoadResult(requests, ended - begun, refused, 0, p50, p95, p99)


def _percentile(times: Mapping[float, int], share: float) -> float:
    wanted, passed = share * sum(times.values()), 0
    for milliseconds in sorted(times):
        passed += times[milliseconds]
        if passed >= wanted:
            return milliseconds
    return 0.0


def _locust_limit(told: Mapping[str, str]) -> str:
    """Say what Locust reaches at most, against a bare route of the same server."""
    with _bare_server() as url:
        return f"a bare route of the same server by the same Locust: {locust(url, told, 8).rate:,.0f}/s"


@contextmanager
def _bare_server(*files: str) -> Iterator[str]:
    """Run a server that does nothing but answer, and return its URL."""
    port = free_ports()[0]
    server = subprocess.Popen([sys.executable, str(FOLDER / "bare_server.py"), str(port), *files])
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url)
        yield url
    finally:
        server.terminate()
        server.wait()


def _wait_for(url: str) -> None:
    for _ in range(400):
        try:
            httpx2.get(url)
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(url)


def _load_row(
    generator: str, found: LoadResult, peer: str = f"{CONNECTIONS} connections, same two cores"
) -> Row:
    met = found.rate >= 1000 and found.p95 < 200 and found.errors < 0.001
    goal = "≥ 1,000 requests/s, p95 < 200 ms, errors < 0.1 %"
    return Row(f"{MIX}, by {generator}", str(found), peer, f"{found.rate:,.0f} requests/s", goal, met)


def _metric_rows(before: Mapping[str, float], after: Mapping[str, float]) -> list[Row]:
    def grown(name: str) -> float:
        return after.get(name, 0.0) - before.get(name, 0.0)

    queries, slow = grown("plimsoll_query_seconds_count"), grown("plimsoll_slow_queries_total")
    mean = grown("plimsoll_query_seconds_sum") / max(1.0, queries) * 1000
    hits, misses = grown("plimsoll_cache_hits_total"), grown("plimsoll_cache_misses_total")
    rate = hits / max(1.0, hits + misses)
    share = slow / max(1.0, queries)
    return [
        Row(
            "database statements during that load, from /metrics",
            f"mean {mean:.1f} ms, {share:.2%} slow",
            f"{queries:,.0f} statements",
            f"{mean:.1f} ms",
            "mean < 50 ms, slow < 1 %",
            mean < 50 and share < 0.01,
        ),
        Row(
            "cache during that load, from /metrics",
            f"{hits:,.0f} hits",
            f"{misses:,.0f} misses",
            f"{rate:.1%}",
            "> 85 % hits",
            rate > 0.85,
        ),
    ]


def _overload_row(target: Target, told: Mapping[str, str], seconds: int) -> Row:
    usual = wrk(target.running.url, told, seconds=seconds)
    heavy = wrk(target.running.url, told, seconds=seconds, connections=OVERLOAD * CONNECTIONS)
    kept = heavy.rate / usual.rate
    return Row(
        f"goodput at {OVERLOAD} times as many clients that never pause",
        str(heavy),
        f"{CONNECTIONS} clients: {usual.rate:,.0f}/s",
        f"{kept:.0%} of the goodput",
        "≥ 90 %",
        kept >= 0.9,
    )


def _fresh_rows(target: Target) -> list[Row]:
    """Calculate afresh, each time with another confidence, so that nothing is there yet."""
    tails, wholes = [], []
    with target.client() as client:
        for number in range(60):
            options = {"days": SCENARIOS, "confidence": 0.95 + number / 2000}
            before = target.samples()
            answer = client.post(f"{API}/risk-runs", json={"portfolio_id": target.book, "options": options})
            answer.raise_for_status()
            after = target.samples()
            grown = {name: (value - before.get(name, 0.0)) * 1000 for name, value in after.items()}
            tails.append(
                sum(grown[f'plimsoll_run_stage_seconds_sum{{stage="{stage}"}}'] for stage in _TO_TAIL)
            )
            wholes.append(grown["plimsoll_run_seconds_sum"])
    what = f"{POSITIONS} positions × {SCENARIOS:,} scenarios afresh, in the server, from /metrics"
    tail, whole = quantiles(tails, n=20)[18], quantiles(wholes, n=20)[18]
    return [
        Row(
            f"VaR and ES of {what}: the stages {', '.join(_TO_TAIL)}",
            f"p50 {median(tails):.0f} ms, p95 {tail:.0f} ms",
            "limit",
            f"p95 {tail:.0f} ms",
            "p95 < 50 ms",
            tail < 50,
        ),
        Row(
            f"the whole run of {what}: with every slice, interval and limit, stored",
            f"p50 {median(wholes):.0f} ms, p95 {whole:.0f} ms",
            "limit",
            f"p95 {whole:.0f} ms",
            "p95 < 1 s",
            whole < 1000,
        ),
    ]


def _read_row(target: Target, told: Mapping[str, str]) -> Row:
    """Read one cached answer as fast as can be, in turn with a bare route that returns the same bytes."""
    path = f"{API}/risk-runs/{target.run}"
    only = {**told, "PLIMSOLL_ONLY": path}
    ours, peer = [], []
    with tempfile.TemporaryDirectory() as folder:
        body = Path(folder) / "body"
        with target.client() as client:
            body.write_bytes(client.get(path).raise_for_status().content)
        with _bare_server(str(body)) as url:
            for _ in range(3):
                ours.append(wrk(target.running.url, only, seconds=_READ_SECONDS).rate)
                peer.append(wrk(url, only, seconds=_READ_SECONDS).rate)
    share = median(ours) / median(peer)
    return Row(
        "a cached, authorised read against a bare route of the same framework and server, same bytes",
        f"{median(ours):,.0f} requests/s",
        f"{median(peer):,.0f} requests/s",
        f"{share:.0%} of the throughput",
        "≥ 50 %",
        share >= 0.5,
    )


def _hit_row(target: Target) -> Row:
    """Read what is cached, one request after the other."""
    times = []
    with target.client() as client:
        for _ in range(400):
            begun = time.perf_counter()
            client.get(f"{API}/risk-runs/{target.run}").raise_for_status()
            times.append((time.perf_counter() - begun) * 1000)
    cuts = quantiles(times, n=20)
    return Row(
        "a cached read, one client, client included",
        f"p50 {cuts[9]:.1f} ms, p95 {cuts[18]:.1f} ms",
        "limit",
        f"p95 {cuts[18]:.1f} ms",
        "< 5 ms",
        cuts[18] < 5,
    )


if __name__ == "__main__":
    for row in measure(int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS):
        print("met   " if row.met else "MISSED", row.claim, row.ours, row.peer, row.goal, sep=" | ")
