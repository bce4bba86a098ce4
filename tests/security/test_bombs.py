"""Few bytes that stand for many."""

import gzip
import io
import resource
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from attacked_site import Site

MIB = 2**20
GROWTH = 900 * MIB


@pytest.fixture(autouse=True)
def _stays_small(site: Site) -> Iterator[None]:
    """Look at the memory of the server before and after, and at whether it still answers."""
    before = _peak(site)
    yield
    assert site.is_well()
    assert _peak(site) - before < GROWTH


def _peak(site: Site) -> int:
    status = Path(f"/proc/{site.running.process.pid}/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if "VmHWM" in line)


def upload(site: Site, content: bytes, kind: str, **headers: str) -> int:
    """Upload prices and return the status; it must come soon."""
    with site.client() as client:
        begun = time.monotonic()
        sent = client.post("/api/v1/price-sets", content=content, headers={"Content-Type": kind, **headers})
        assert time.monotonic() - begun < 20
        return sent.status_code


def packed(size: int, line: bytes) -> bytes:
    """Return a gzip file that holds a line again and again."""
    body = io.BytesIO()
    block = line * (MIB // len(line))
    with gzip.GzipFile(fileobj=body, mode="wb", compresslevel=9, mtime=0) as file:
        for _ in range(size // MIB):
            file.write(block)
    return body.getvalue()


def test_zeros_without_a_line_end(site: Site) -> None:
    """A line that does not end is noticed after its first megabyte."""
    assert upload(site, packed(64 * MIB, b"\0"), "application/gzip") == 422


def test_lines_without_end(site: Site) -> None:
    """More than a quarter of a gigabyte of good lines is refused where that is passed."""
    assert upload(site, packed(300 * MIB, b"2024-01-02,1\n"), "application/gzip") == 422


def test_a_file_packed_twice(site: Site) -> None:
    """What is inside is no table; nothing is unpacked a second time."""
    assert upload(site, gzip.compress(packed(64 * MIB, b"\0"), mtime=0), "application/gzip") == 422


def test_a_packed_body(site: Site) -> None:
    """Content-Encoding is not taken: what arrives is what is measured."""
    body = gzip.compress(b"{" + b" " * 10 * MIB + b"}", mtime=0)
    for coding in ("gzip", "deflate", "br", "zstd", "gzip, gzip"):
        assert upload(site, body, "text/csv", **{"Content-Encoding": coding}) == 415
    with site.client() as client:
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        assert client.post("/api/v1/portfolios", content=body, headers=headers).status_code == 415


def test_a_text_that_is_repeated(site: Site, tmp_path: Path) -> None:
    """Sixty gigabytes of symbols in a small Parquet file."""
    text = pa.array(["x" * 60_000])
    indices = pa.array([0]).take(pa.array([0] * 1_000_000))
    table = pa.table({"date": pa.DictionaryArray.from_arrays(indices, text)})
    parquet.write_table(table, tmp_path / "x", compression="zstd")
    assert upload(site, (tmp_path / "x").read_bytes(), "application/vnd.apache.parquet") == 422


@pytest.mark.parametrize("compression", ["gzip", "zstd", "brotli"])
def test_zeros_in_parquet(site: Site, compression: str, tmp_path: Path) -> None:
    """What a file says of its size is believed where it says too much."""
    zeros = pa.Array.from_buffers(pa.uint8(), 30 * MIB, [None, pa.py_buffer(bytes(30 * MIB))])
    parquet.write_table(pa.table({"a": zeros}), tmp_path / "x", compression=compression, use_dictionary=False)
    assert upload(site, (tmp_path / "x").read_bytes(), "application/vnd.apache.parquet") == 422


def test_archives(site: Site) -> None:
    """A zip file is not opened, whatever is in it: no bomb, no path out of a folder, no spreadsheet."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../../tmp/plimsoll-slipped", b"\0" * 50 * MIB)
    for kind in ("text/csv", "application/gzip", "application/vnd.apache.parquet"):
        assert upload(site, body.getvalue(), kind) == 422
    assert upload(site, body.getvalue(), "application/zip") == 415
    assert not Path("/tmp/plimsoll-slipped").exists()  # noqa: S108 - where the attack would have put it


@pytest.mark.parametrize(
    "name", ["../../../../tmp/plimsoll-slipped.csv", "/etc/passwd", "a\0b", "C:\\x", "..", "~/.x"]
)
def test_names_of_files_are_names(site: Site, name: str) -> None:
    """The name that a client gives a file leads nowhere."""
    with site.client() as client:
        sent = client.post(
            "/api/v1/price-sets",
            params={"source_name": name},
            content=b"date,AAA\n2024-01-02,1\n2024-01-03,2\n",
            headers={"Content-Type": "text/csv"},
        )
    assert sent.status_code in (200, 201, 400, 422)
    assert not Path("/tmp/plimsoll-slipped.csv").exists()  # noqa: S108 - as above
    assert "/etc" not in sent.text


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b'{"name": ' + b"9" * 500_000 + b"}",
        b'"' + b"\\u0041" * 150_000,
        b'{"name": [' + b"1," * 500_000 + b"1]}",
        b"{" + b",".join(b'"%d":1' % number for number in range(80_000)) + b"}",
    ],
    ids=["arrays", "objects", "digits", "escapes", "values", "fields"],
)
def test_json_that_is_deep_or_long(site: Site, body: bytes) -> None:
    """It is refused in the time that reading it takes."""
    with site.client() as client:
        begun = time.monotonic()
        sent = client.post("/api/v1/portfolios", content=body, headers={"Content-Type": "application/json"})
    assert (sent.status_code, time.monotonic() - begun < 10) == (400, True)


def test_strangers_send_little(site: Site) -> None:
    """What anybody may send is short: nobody has to say who they are to be read."""
    body = b'{"email": "' + b"a" * 40_000 + b'"}'
    for path in ("/sign-in/password", "/api/v1/tokens"):
        reply = site.answered(f"POST {path}", b"Content-Type: application/json\r\n", body=body)
        assert reply.status == 413
