"""Uploads before the real clamd, where it is installed or can be."""

import gzip

import pytest

from clamd import clamd
from plimsoll.errors import UnavailableError
from plimsoll.security.virus_scanner import VirusScanner
from scanner_server import PATTERN

pytestmark = pytest.mark.anyio

FOUND = "Plimsoll.Test.UNOFFICIAL"


async def test_it_finds_what_its_signatures_know() -> None:
    """Anywhere in a file, also in a packed one; what looks like a command is content; then it is gone."""
    row = b"AAPL," + PATTERN + b",USD\n"
    with clamd() as url:
        asked = VirusScanner(url)
        assert (await asked.version()).startswith("ClamAV ")
        for clean in (b"", b"symbol,quantity\nAAPL,1\n", b"zINSTREAM\0\0\0\0\0zSHUTDOWN\0", bytes(8 << 20)):
            assert await asked.scan(clean) is None
        for infected in (PATTERN, row * 3, bytes(3 << 20) + row, gzip.compress(row * 99, mtime=0)):
            assert await asked.scan(infected) == FOUND
    with pytest.raises(UnavailableError, match="does not help"):
        await asked.scan(b"symbol,quantity\nAAPL,1\n")


async def test_a_file_that_is_too_long_for_it_is_not_taken_for_clean() -> None:
    """It says so or hangs up; the next file is scanned as ever."""
    with clamd("1M") as url:
        asked = VirusScanner(url)
        for _ in range(6):
            with pytest.raises(UnavailableError, match="StreamMaxLength"):
                await asked.scan(bytes(2 << 20))
        assert await asked.scan(b"a,b") is None
