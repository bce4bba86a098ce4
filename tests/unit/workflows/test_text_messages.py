"""The outbox of text messages."""

import json
import stat
from pathlib import Path

import pytest

from plimsoll.errors import UnavailableError
from plimsoll.workflows.text_messages import NoTexts, TextOutbox

pytestmark = pytest.mark.anyio


async def test_each_message_is_a_file_that_others_cannot_read(tmp_path: Path) -> None:
    """In the order in which they came."""
    outbox = TextOutbox(tmp_path / "new" / "outbox")
    for code in ("111111", "222222"):
        await outbox.send("+4930901820", f"Your code is {code}.")
    found = sorted((tmp_path / "new" / "outbox").iterdir())
    said = [json.loads(path.read_text()) for path in found]
    assert sorted(one["text"] for one in said) == ["Your code is 111111.", "Your code is 222222."]
    assert {one["to"] for one in said} == {"+4930901820"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in found} == {0o600}
    assert stat.S_IMODE((tmp_path / "new" / "outbox").stat().st_mode) == 0o700


async def test_without_a_provider_nothing_is_sent() -> None:
    """And nobody waits for it."""
    with pytest.raises(UnavailableError):
        await NoTexts().send("+4930901820", "x")


async def test_an_outbox_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    """Instead of losing a message."""
    (tmp_path / "outbox").write_text("a file")
    with pytest.raises(UnavailableError):
        await TextOutbox(tmp_path / "outbox").send("+4930901820", "x")
