"""The platform under steady load for long: flat memory, no leaked connection, zero errors.

``python benchmarks/soak.py`` takes 20 minutes and writes its row into ``RESULTS.md``; arguments say
for how many seconds and at how many requests a second instead.
"""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from measurement import Row
from run import keep_soak, row_text
from served_platform import Target, served_platform
from steady_load import steady_load

__all__ = ["Sample", "SoakResult", "soak"]

SECONDS = 20 * 60
RATE = 500.0  # half of the thousand that an instance has to answer
FLAT = 0.05
ROOM = 20  # megabytes that are noise
_WARM = 0.25  # share of the time in which caches and pools may still fill


@dataclass(frozen=True)
class Sample:
    """The process at one instant: resident megabytes, open files, connections to the database."""

    memory: float
    files: int
    connections: float


@dataclass(frozen=True)
class SoakResult:
    """What a soak has shown.

    Attributes
    ----------
    seconds, answered, errors
        How long, how many answers, how many requests failed.
    samples
        In the order of time.
    """

    seconds: float
    answered: int
    errors: int
    samples: tuple[Sample, ...]

    @property
    def early(self) -> tuple[Sample, ...]:
        """The quarter after the one in which caches and pools fill."""
        count = len(self.samples)
        return self.samples[int(count * _WARM) : count // 2]

    @property
    def late(self) -> tuple[Sample, ...]:
        """The last quarter."""
        return self.samples[len(self.samples) * 3 // 4 :]

    @property
    def memory(self) -> tuple[float, float]:
        """Typical resident megabytes early and late."""
        return median(one.memory for one in self.early), median(one.memory for one in self.late)

    @property
    def files(self) -> tuple[int, int]:
        """Most open files and sockets early and late."""
        return max(one.files for one in self.early), max(one.files for one in self.late)

    @property
    def connections(self) -> tuple[float, float]:
        """Most connections to the database early and late."""
        return max(one.connections for one in self.early), max(one.connections for one in self.late)

    @property
    def leaks(self) -> list[str]:
        """What has grown, in words; empty where nothing has."""
        before, after = self.memory
        grown = [f"memory {before:.0f} to {after:.0f} MB"] if after > before * (1 + FLAT) + ROOM else []
        for name, (had, has) in (("open files", self.files), ("connections", self.connections)):
            grown += [f"{name} {had:g} to {has:g}"] if has > had + 3 else []
        return grown


def soak(target: Target, *, seconds: float, rate: float) -> SoakResult:
    """Load a platform steadily and watch its process once in a while.

    Parameters
    ----------
    target
        A running platform.
    seconds
        How long.
    rate
        Requests a second.
    """
    samples: list[Sample] = []
    begun = time.monotonic()
    with steady_load(target, rate) as load:
        while time.monotonic() - begun < seconds:
            time.sleep(min(5.0, seconds / 40))
            samples.append(_sample(target))
    taken = time.monotonic() - begun
    return SoakResult(taken, load.outcomes.total() - load.errors, load.errors, tuple(samples))


def _sample(target: Target) -> Sample:
    process = Path("/proc", str(target.running.process.pid))
    pages = int((process / "statm").read_text().split()[1])
    memory = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return Sample(
        memory, len(list((process / "fd").iterdir())), target.metrics()["plimsoll_pool_connections"]
    )


def _row(found: SoakResult) -> Row:
    ours = (
        f"{found.answered:,} answers, {found.answered / found.seconds:,.0f}/s, {found.errors} errors; "
        "memory {:.0f} → {:.0f} MB, open files {} → {}, database connections {:g} → {:g}".format(
            *found.memory, *found.files, *found.connections
        )
    )
    claim = f"steady load of the mix for {found.seconds / 60:.0f} minutes"
    goal = "zero errors; memory, files and connections flat from the second to the last quarter"
    result = ", ".join(found.leaks) or "flat"
    return Row(claim, ours, "second quarter", result, goal, not found.leaks and not found.errors)


def main(seconds: float, rate: float) -> None:
    """Soak a fresh platform, print the row and keep it."""
    with served_platform() as target:
        row = _row(soak(target, seconds=seconds, rate=rate))
    print(row_text(row))
    keep_soak(row)


if __name__ == "__main__":
    given = [float(argument) for argument in sys.argv[1:]]
    main(*(given + [SECONDS, RATE][len(given) :]))
