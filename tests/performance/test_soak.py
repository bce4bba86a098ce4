"""A minute under steady load leaks nothing and fails nothing; the long run is in ``benchmarks/RESULTS.md``.

``PLIMSOLL_SOAK_SECONDS`` says how long; 60 unless it is set.
"""

import os

from served_platform import served_platform
from soak import soak

SECONDS = float(os.environ.get("PLIMSOLL_SOAK_SECONDS", "60"))
RATE = 60.0  # also a busy machine keeps up with it


def test_a_minute_of_steady_load() -> None:
    """Memory, open files and connections are flat, and each request is answered."""
    with served_platform() as target:
        found = soak(target, seconds=SECONDS, rate=RATE)
    assert found.errors == 0
    assert found.leaks == []
    assert found.answered > SECONDS
