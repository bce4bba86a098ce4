"""``plimsoll tenants`` on a database of the test's own."""

import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli.tenants import create
from plimsoll.errors import ConflictError, UsageError


def test_a_tenant_is_made_once(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    """The link of its first administrator is printed; a second one of the name is refused."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    place: dict[str, Any] = {"data_dir": tmp_path / "data", "database_url": database_url}
    create("Acme", json=True, **place)
    made = json.loads(capfdbinary.readouterr().out)
    assert (made["name"], "/sign-in#plf_" in made["link"]) == ("Acme", True)
    create("Zenith", **place)
    assert b"three days" in capfdbinary.readouterr().out
    with pytest.raises(ConflictError):
        create("Acme", **place)
    for name in ("", "a\nb", "x" * 201):
        with pytest.raises(UsageError):
            create(name, **place)
