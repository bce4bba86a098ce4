"""Where secrets come from."""

from pathlib import Path

import pytest

from plimsoll.errors import UnavailableError, UsageError
from plimsoll.security.aws_client import aws_client
from plimsoll.security.secret_sources import read_secret


def test_a_secret_in_a_file(tmp_path: Path) -> None:
    """The end of the last line is no part of it, other blanks are; a value of its own is itself."""
    file = tmp_path / "secret"
    file.write_bytes(b" hun\nter2 \r\n")
    assert read_secret(f"secret:file:{file}") == " hun\nter2 "
    assert read_secret("hunter2") == "hunter2"


def test_a_secret_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is not there or empty is named by its variable."""
    monkeypatch.setenv("RISK_PASSWORD", "hunter2")
    assert read_secret("secret:env:RISK_PASSWORD") == "hunter2"
    monkeypatch.setenv("RISK_PASSWORD", "")
    for name in ("RISK_PASSWORD", "RISK_NOTHING"):
        with pytest.raises(UnavailableError, match=f"env:{name} is empty"):
            read_secret(f"secret:env:{name}")


def test_a_secret_in_aws(aws_url: str) -> None:
    """The whole text, or one field of its JSON; in no error is anything of it."""
    client = aws_client("secretsmanager", endpoint_url=aws_url)
    client.create_secret(Name="plimsoll/plain", SecretString="hunter2")
    client.create_secret(Name="plimsoll/json", SecretString='{"url": "postgresql://me:hunter2@db", "n": 1}')
    assert read_secret("secret:aws:plimsoll/plain") == "hunter2"
    assert read_secret("secret:aws:plimsoll/json#url") == "postgresql://me:hunter2@db"
    for name in ("plimsoll/plain#url", "plimsoll/json#n", "plimsoll/json#other"):
        with pytest.raises(UnavailableError, match="has no text") as caught:
            read_secret(f"secret:aws:{name}")
        assert "hunter2" not in str(caught.value)
    with pytest.raises(UnavailableError, match="aws:nothing cannot be read: ResourceNotFoundException"):
        read_secret("secret:aws:nothing")


def test_what_cannot_be_read(tmp_path: Path) -> None:
    """A file that is not there, too long or no text; a source that does not exist."""
    for content, said in ((b"x" * 70_000, "too long"), (b"\xff\xfe", "no text"), (b"\n", "empty")):
        (tmp_path / "secret").write_bytes(content)
        with pytest.raises(UnavailableError, match=said):
            read_secret(f"secret:file:{tmp_path / 'secret'}")
    with pytest.raises(UnavailableError, match="No such file"):
        read_secret(f"secret:file:{tmp_path / 'nowhere'}")
    for wrong in ("secret:", "secret:vault:x", "secret:file:", "secret:hunter2"):
        with pytest.raises(UsageError) as caught:
            read_secret(wrong)
        assert "hunter2" not in str(caught.value)
