"""Measure everything: all benchmarks, the load, and with ``--soak`` the twenty minutes, into RESULTS.md."""

import sys

import run
import soak

if __name__ == "__main__":
    run.main()
    if "--soak" in sys.argv[1:]:
        soak.main(soak.SECONDS, soak.RATE)
