"""Measure every performance claim and write ``benchmarks/RESULTS.md``."""

import os
import platform
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from measurement import Row

BENCHMARKS = (
    "european_revaluation",
    "component_es",
    "aggregation",
    "ticks",
    "cold_start",
    "start_up",
    "narrowing",
    "signed_in",
    "load",
    "live",
)
PACKAGES = ("numpy", "scipy", "QuantLib", "skfolio", "riskfolio-lib")
RESULTS = Path(__file__).parent / "RESULTS.md"
HEAD = """# Measured

Written by `make bench`: ours and the peer in the same run on the same machine, medians of several runs.
Absolute times are those of one machine; the ratios are the claim. How good the confidence intervals are
stands in [docs/INTERVAL_COVERAGE.md](../docs/INTERVAL_COVERAGE.md).
"""
SOAK = """
## Soak

Written by `python benchmarks/soak.py`, which takes 20 minutes.

"""


def main() -> None:
    """Run all benchmarks, print and write what they found."""
    rows: list[Row] = []
    for name in BENCHMARKS:
        print(f"measuring {name} …", file=sys.stderr)
        rows.extend(import_module(name).measure())
    text = f"{HEAD}\n{_machine()}\n\n{_table(rows)}"
    RESULTS.write_text(text + _soak(), encoding="utf-8")
    print(text)


def keep_soak(row: Row) -> None:
    """Replace the row of the long run, which `make bench` does not repeat."""
    before = RESULTS.read_text(encoding="utf-8").partition(SOAK)[0]
    RESULTS.write_text(f"{before}{SOAK}{_machine()}\n\n{_table([row])}", encoding="utf-8")


def row_text(row: Row) -> str:
    """Return a row as it stands in the table."""
    cells = (row.claim, row.ours, row.peer, row.result, row.goal, "yes" if row.met else "no")
    return f"| {' | '.join(cells)} |\n"


def _soak() -> str:
    found = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    return "".join(found.partition(SOAK)[1:])


def _machine() -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"Machine: {_processor()}, {os.cpu_count()} cores, {_memory()} GiB, {platform.system()}, "
        f"Python {platform.python_version()}; {versions}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def _table(rows: list[Row]) -> str:
    head = "| claim | ours | peer | result | goal | met |\n|---|---|---|---|---|---|\n"
    return head + "".join(map(row_text, rows))


if __name__ == "__main__":
    main()
