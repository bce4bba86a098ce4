"""Stopping in good order."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from plimsoll.cli.stopping import stop_asked, stop_told, stoppable

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_the_block_in_good_order(number: int) -> None:
    """What must be done at the end is done undisturbed by a second signal, and the handlers are as before."""
    before = [signal.getsignal(each) for each in SIGNALS]
    done = []
    with stoppable():
        try:
            os.kill(os.getpid(), number)
            done.append("not reached")
        finally:
            os.kill(os.getpid(), number)
            done.append("cleaned up")
    assert done == ["cleaned up"]
    assert [signal.getsignal(each) for each in SIGNALS] == before


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_sets_the_event_of_a_loop(number: int) -> None:
    """A server hears of it and ends by itself; more signals after that do nothing."""

    async def serve() -> bool:
        with stop_asked() as stop:
            os.kill(os.getpid(), number)
            async with asyncio.timeout(5):
                return await stop.wait()

    done = []
    with stoppable():
        done.append(asyncio.run(serve()))
        os.kill(os.getpid(), number)
        done.append(True)
    assert done == [True, True]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_tells_another_thread(number: int) -> None:
    """The block goes on until what was told ends it; more signals do nothing."""
    told: list[bool] = []
    with stoppable():
        with stop_told(lambda: told.append(True)):
            os.kill(os.getpid(), number)
            assert told == [True]
        os.kill(os.getpid(), number)
    assert told == [True]


def test_a_busy_process_leaves_at_once() -> None:
    """A thread that goes on for long does not keep the process; without one the process goes on itself."""
    code = (
        "import threading, time\n"
        "from plimsoll.cli.stopping import leave_now_if_busy\n"
        "leave_now_if_busy()\n"
        "print('idle', flush=True)\n"
        "threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "leave_now_if_busy()\n"
        "print('not reached')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == "idle\n"


def test_a_server_outlives_a_peer_that_hangs_up() -> None:
    """A write to nobody is an error of that connection, though commands end by it; afterwards as before."""
    before = signal.signal(signal.SIGPIPE, signal.SIG_DFL)

    async def write() -> None:
        reading, writing = os.pipe()
        os.close(reading)
        with stop_asked(), pytest.raises(BrokenPipeError):
            os.write(writing, b"x")
        os.close(writing)

    kept = [signal.getsignal(number) for number in SIGNALS]
    try:
        asyncio.run(write())
        assert signal.getsignal(signal.SIGPIPE) is signal.SIG_DFL
    finally:
        for number, handler in zip([*SIGNALS, signal.SIGPIPE], [*kept, before], strict=True):
            signal.signal(number, handler)
