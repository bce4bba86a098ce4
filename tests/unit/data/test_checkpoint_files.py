"""Checkpoints as files: one an hour, whole or not at all, for their user alone."""

import stat
from pathlib import Path

import pytest

from plimsoll.data.checkpoint_files import CheckpointFiles
from plimsoll.errors import UnavailableError

pytestmark = pytest.mark.anyio

TENANT = "00000000-0000-7000-8000-000000000001"


async def test_the_last_one_of_an_hour_stays(tmp_path: Path) -> None:
    """Within an hour a checkpoint takes the place of the one before; the last of each hour is kept."""
    store = CheckpointFiles(tmp_path / "audit")
    assert await store.latest(TENANT) is None
    for made_at, document in (
        ("2026-01-02T03:04:05.000006Z", b"1"),
        ("2026-01-02T03:59:05.000006Z", b"2"),
        ("2026-01-02T10:00:00.000000Z", b"3"),
    ):
        await store.put(TENANT, made_at, document)
        assert await store.latest(TENANT) == document
    assert await store.documents(TENANT) == [b"2", b"3"]
    assert await store.documents("another") == []


async def test_nobody_else_reads_them(tmp_path: Path) -> None:
    """Folder and file are their user's; nothing half written lies beside them."""
    await CheckpointFiles(tmp_path / "audit").put(TENANT, "2026-01-02T03:04:05.000006Z", b"1")
    (file,) = (tmp_path / "audit" / TENANT).iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in list(file.parents)[:2]] == [0o700] * 2


async def test_a_tenant_is_no_path(tmp_path: Path) -> None:
    """What is no id leads nowhere."""
    with pytest.raises(UnavailableError, match="no usable id"):
        await CheckpointFiles(tmp_path).put("../../etc", "2026-01-02T03", b"1")


async def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A file where the folder should be is an UnavailableError with a remedy."""
    (tmp_path / "audit").write_text("")
    with pytest.raises(UnavailableError, match="cannot be written"):
        await CheckpointFiles(tmp_path / "audit").put(TENANT, "2026-01-02T03", b"1")


async def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A folder where a checkpoint should be is an UnavailableError."""
    (tmp_path / TENANT / "2026-01-02T03.json").mkdir(parents=True)
    with pytest.raises(UnavailableError, match="cannot be read"):
        await CheckpointFiles(tmp_path).documents(TENANT)
