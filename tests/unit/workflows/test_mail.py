"""E-mail to people with accounts."""

import stat
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from plimsoll.errors import UnavailableError
from plimsoll.workflows.mail import Mail, NoMailer, Outbox, message_of

pytestmark = pytest.mark.anyio

MAIL = Mail("ada@example.com", "Hello", "Open https://risk.example.com/sign-in#pli_x within a day: ü.\n")


async def test_the_outbox_keeps_a_message_as_a_file_for_its_owner(tmp_path: Path) -> None:
    """Mail programs read it, and nobody else on the machine."""
    outbox = Outbox(tmp_path / "outbox")
    await outbox.send(MAIL)
    (path,) = outbox.folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(outbox.folder.stat().st_mode) == 0o700
    found = message_from_bytes(path.read_bytes(), policy=default)
    assert (found["To"], found["Subject"]) == ("ada@example.com", "Hello")
    assert found.get_content().strip() == MAIL.text.strip()


def test_nothing_in_it_becomes_a_header() -> None:
    """A line break in a subject stays a space; the text is not shown where the message is."""
    made = message_of(Mail("a@example.com", "Hello\r\nBcc: eve@example.com", "text"), "p@localhost")
    assert made["Bcc"] is None
    assert made["Subject"] == "Hello Bcc: eve@example.com"
    assert "pli_x" not in repr(MAIL)


async def test_what_cannot_be_sent_says_so(tmp_path: Path) -> None:
    """A folder that is none, and no way at all."""
    (tmp_path / "file").write_text("")
    for mailer in (NoMailer(), Outbox(tmp_path / "file")):
        with pytest.raises(UnavailableError):
            await mailer.send(MAIL)
