"""Importing on the side."""

import subprocess
import sys


def test_modules_are_there_after_the_wait() -> None:
    """What can be imported is imported, what cannot is left to whoever needs it."""
    program = (
        "import sys; from plimsoll.cli.preloading import preload;"
        "wait = preload('no_such_module', 'wave'); wait(); sys.exit('wave' not in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
