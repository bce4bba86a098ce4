"""Stopping as it should be: Ctrl-C, a service manager and a closed terminal end a server in good order."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

__all__ = ["hang_ups_ignored", "leave_now_if_busy", "stop_asked", "stop_told", "stoppable"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stoppable() -> Iterator[None]:
    """Let the first signal end the block in good order; further ones do not disturb that.

    Within the block, :func:`stop_asked` or :func:`stop_told` takes over while an event loop runs.
    """

    def end(*_: int | FrameType | None) -> None:
        _ignore()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in _SIGNALS}
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def stop_asked() -> Iterator["asyncio.Event"]:
    """Yield an event of the running loop that a signal sets; afterwards signals are ignored."""
    import asyncio

    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, event.set)
    try:
        with hang_ups_ignored():
            yield event
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
        _ignore()


@contextmanager
def stop_told(tell: Callable[[], object]) -> Iterator[None]:
    """Let a signal call a function while the block goes on; afterwards signals are ignored.

    Parameters
    ----------
    tell
        Ends what the block waits for, which runs on another thread.
    """
    for number in _SIGNALS:
        signal.signal(number, lambda *_: tell())
    try:
        yield
    finally:
        _ignore()


@contextmanager
def hang_ups_ignored() -> Iterator[None]:
    """Let a peer that hangs up while it is written to end no more than its connection.

    Commands whose output is piped away end quietly by that; a server must not.
    """
    before = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGPIPE, before)


def leave_now_if_busy() -> None:
    """End the process with code 0 at once if a thread still calculates: nobody waits for the result."""
    others = (one for one in threading.enumerate() if one is not threading.main_thread())
    if any(one.is_alive() and not one.daemon for one in others):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def _ignore() -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
