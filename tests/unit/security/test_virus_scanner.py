"""A virus scanner, against a server that speaks clamd's protocol and fails in many ways."""

import asyncio
from pathlib import Path

import pytest

from plimsoll.errors import UnavailableError, UsageError
from plimsoll.performance.breaker import BreakerState
from plimsoll.security.virus_scanner import VirusScanner
from scanner_server import INFECTION, PATTERN, scanner

pytestmark = pytest.mark.anyio


async def test_a_file_is_clean_or_has_a_virus(tmp_path: Path) -> None:
    """By a port and by a socket file, in pieces; what looks like a command is content."""
    hostile = b"zINSTREAM\0\0\0\0\0stream: OK\0"
    large = bytes(1_000_000)
    for place in (None, tmp_path / "s"):
        with scanner(place) as found:
            asked = VirusScanner(found.url)
            assert [await asked.scan(file) for file in (b"", b"a,b", hostile, large)] == [None] * 4
            assert await asked.scan(b"a," + PATTERN + b",b") == INFECTION
            assert found.files[:4] == [b"", b"a,b", hostile, large]
            assert (await asked.version()).startswith("ClamAV 9.9.9/")


@pytest.mark.parametrize(
    "answer",
    [
        *(b"", b"\0", b"stream: OK", b"stream: OK\n\0", b"OK\0", b"stream: OK and more\0", b"x" * 9000),
        *(b"INSTREAM size limit exceeded. ERROR\0", b"stream: FOUND\0", b"stream: a\nb FOUND\0", b"\xff\0"),
    ],
)
async def test_whatever_is_not_yes_or_no_is_no_answer(answer: bytes) -> None:
    """A file about which nothing clear was said is not taken; nothing of the answer is repeated."""
    with scanner() as found:
        found.answer = answer
        with pytest.raises(UnavailableError, match="does not help") as caught:
            await VirusScanner(found.url).scan(bytes(10_000_000))
    assert "\n" not in caught.value.message


async def test_one_that_does_not_answer_is_left_alone_after_a_while() -> None:
    """A slow one costs its time a few times, and then nothing until it is tried again."""
    with scanner() as found:
        found.silent = True
        asked = VirusScanner(found.url, seconds=0.1)
        for _ in range(5):
            with pytest.raises(UnavailableError, match="TimeoutError"):
                await asked.scan(b"a,b")
        with pytest.raises(UnavailableError, match="left alone"):
            await asked.scan(b"a,b")
        assert len(found.files) == 5


async def test_one_that_is_not_there_is_no_answer(tmp_path: Path) -> None:
    """Neither a socket file that is missing nor a port on which nobody listens."""
    with scanner() as found:
        port = found.url
    for url in (port, f"unix://{tmp_path / 'none'}"):
        with pytest.raises(UnavailableError, match="does not help"):
            await VirusScanner(url).scan(b"a,b")


async def test_a_file_that_cannot_be_scanned_keeps_nobody_from_scanning() -> None:
    """A refusal is a sign of life: the breaker stays closed, whoever sends such files."""
    with scanner() as found:
        asked = VirusScanner(found.url)
        found.answer = b"INSTREAM size limit exceeded. ERROR\0"
        for _ in range(6):
            with pytest.raises(UnavailableError, match="StreamMaxLength"):
                await asked.scan(b"a,b")
        assert asked.breaker.state is BreakerState.CLOSED
        found.answer = None
        assert await asked.scan(b"a,b") is None


async def test_many_are_scanned_at_once() -> None:
    """Each file has an answer of its own."""
    with scanner() as found:
        asked = VirusScanner(found.url)
        files = [PATTERN if number % 2 else b"%d" % number for number in range(20)]
        answers = await asyncio.gather(*map(asked.scan, files))
    assert answers == [INFECTION if number % 2 else None for number in range(20)]


@pytest.mark.parametrize(
    "url",
    [
        *("", "clamd", "http://127.0.0.1:3310", "tcp://127.0.0.1", "tcp://:3310", "tcp://127.0.0.1:99999"),
        *("tcp://127.0.0.1:3310/x", "tcp://a:b@127.0.0.1:3310", "unix://", "unix://run/clamd", "tcp://[::1"),
    ],
)
def test_an_address_that_cannot_be_used_stops_the_start(url: str) -> None:
    """It is refused before anything is uploaded."""
    with pytest.raises(UsageError, match="cannot be used"):
        VirusScanner(url)


def test_another_machine_is_believed_where_the_network_is_trusted() -> None:
    """Files would pass it in the clear, and nothing proves who answers."""
    for here in ("tcp://127.0.0.1:3310", "tcp://localhost:3310", "tcp://[::1]:3310"):
        VirusScanner(here)
    with pytest.raises(UsageError, match="another machine"):
        VirusScanner("tcp://clamd.example.com:3310")
    VirusScanner("tcp://clamd.example.com:3310", trusted_network=True)
