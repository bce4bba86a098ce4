"""Operations as requests."""

import gzip
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from plimsoll.client import calls
from plimsoll.errors import DataError, UnavailableError, UsageError

BOOK = UUID(int=1)


def test_parameters_that_are_none_stay_out() -> None:
    """The URL has what the caller gave and nothing else; a plus sign and a colon survive."""
    with httpx2.Client(base_url="http://127.0.0.1") as client:
        bare = calls.runs(portfolio=None, limit=None).request(client)
        asked = calls.portfolios(include_archived=True, limit=5).request(client)
    assert str(bare.url) == "http://127.0.0.1/api/v1/risk-runs"
    assert str(asked.url) == "http://127.0.0.1/api/v1/portfolios?archived=true&limit=5"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"date,A\n", "text/csv"),
        (gzip.compress(b"date,A\n", mtime=0), "application/gzip"),
        (b"PAR1....", "application/vnd.apache.parquet"),
    ],
)
def test_prices_say_what_they_are(content: bytes, kind: str, tmp_path: Path) -> None:
    """The content type follows the first bytes, and the source the name of the file."""
    file = tmp_path / "prices.bin"
    file.write_bytes(content)
    call = calls.upload_prices(file, name=None, source_name=None, key="k")
    assert (call.headers["Content-Type"], call.query["source_name"]) == (kind, "prices.bin")
    assert call.headers["Idempotency-Key"] == "k"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The error names the file."""
    with pytest.raises(DataError, match=r"absent\.csv"):
        calls.import_positions(BOOK, tmp_path / "absent.csv", valid_from=None, source_name=None, key=None)


def test_what_cannot_be_sent_is_refused_as_wrong_use() -> None:
    """A basket of nothing and a key that no header can carry are told before anything is sent."""
    with pytest.raises(UsageError, match="trades: Tuple should have at least 1 item"):
        calls.what_if(BOOK, [])
    for key in ("ä", "a b", "x" * 129):
        with pytest.raises(UsageError, match="idempotency key"):
            calls.import_positions(BOOK, b"", valid_from=None, source_name=None, key=key)


def test_a_table_that_is_none() -> None:
    """An answer that is not Arrow is named as such."""
    with pytest.raises(UnavailableError, match="Arrow"):
        calls.cube_table(BOOK, ()).read(httpx2.Response(200, content=b"{}"))
