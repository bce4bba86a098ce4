"""``plimsoll up``: how long until the API page is there and until the platform is ready, first and later."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from measurement import Row, median_seconds

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from platform_process import starting

__all__ = ["measure"]

RUNS = 3
PAGE = "/api/v1/docs"
PEER = "import fastapi, sqlalchemy.orm, numpy"
GOALS = {"first": 3.0, "second": 1.5}


def measure() -> list[Row]:
    """Start platforms in empty homes, each twice, beside an import of what others build such a thing on."""
    peer = median_seconds(lambda: subprocess.run([sys.executable, "-c", PEER], check=True), runs=RUNS)
    found: dict[str, list[tuple[float, float]]] = {"first": [], "second": []}
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory(prefix="plimsoll-start-") as home:
            Path(home).chmod(0o755)
            for start in found.values():
                start.append(_seconds(Path(home)))
    rows = []
    for name, times in found.items():
        page, ready = (median(values) for values in zip(*times, strict=True))
        rows.append(
            Row(
                claim=f"`plimsoll up`, {name} start in a data directory: the API page answers",
                ours=f"{page:.2f} s; everything answers after {ready:.1f} s",
                peer=f"`{PEER}` alone {peer:.2f} s",
                result=f"{page / peer:.1f} times that import",
                goal=f"< {GOALS[name]:g} s",
                met=page < GOALS[name],
            )
        )
    return rows


def _seconds(home: Path) -> tuple[float, float]:
    """Return after how long the page was there, and the platform."""
    begun = time.perf_counter()
    with starting(home) as platform:
        with platform.connection() as connection:
            connection.request("GET", PAGE)
            answer = connection.getresponse()
            answer.read()
            page = time.perf_counter() - begun
        if answer.status != 200 or not platform.told():
            raise RuntimeError((home / "up.log").read_text())
        return page, time.perf_counter() - begun


if __name__ == "__main__":
    print(*measure(), sep="\n")
