"""Where the command begins: before any import, so that Ctrl-C and a closed pipe are quiet from the start."""

import signal
import sys

__all__ = ["main"]


def main() -> None:
    """Run ``plimsoll``; exit 130 when interrupted."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        from plimsoll.cli.main import run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
