"""From a cold interpreter: the import, and a whole report."""

import subprocess
import sys
from pathlib import Path

from measurement import Row, median_seconds

BOOK = Path(__file__).parents[1] / "examples" / "portfolios" / "long_only.csv"
REPORT = [str(Path(sys.executable).parent / "plimsoll"), "report", str(BOOK), "--prices", "demo"]
PEER = "import pandas, skfolio"


def measure() -> list[Row]:
    """Measure `import plimsoll` and `plimsoll report`, beside an import of what others begin with."""
    bare, ours, peer = (_seconds([sys.executable, "-c", code]) for code in ("pass", "import plimsoll", PEER))
    report = _seconds(REPORT)
    return [
        Row(
            claim="`import plimsoll` from a cold interpreter",
            ours=f"{ours * 1000:.0f} ms (bare interpreter {bare * 1000:.0f} ms)",
            peer=f"`{PEER}` {peer:.2f} s",
            result=f"{peer / ours:.0f} × faster",
            goal="< 0.5 s",
            met=ours < 0.5,
        ),
        Row(
            claim="`plimsoll report` on the demo book from a cold interpreter",
            ours=f"{report:.2f} s",
            peer=f"`{PEER}` alone {peer:.2f} s",
            result=f"{peer / report:.1f} × faster than that import",
            goal="< 2 s",
            met=report < 2.0,
        ),
    ]


def _seconds(command: list[str]) -> float:
    return median_seconds(lambda: subprocess.run(command, check=True, capture_output=True), runs=5)
