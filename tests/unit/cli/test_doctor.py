"""``plimsoll doctor``."""

import asyncio
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from plimsoll.cli.doctor import show
from plimsoll.cli.main import app
from plimsoll.data.store.database import Database
from plimsoll.errors import NotFoundError, UsageError
from plimsoll.workflows.doctor import Check
from plimsoll.workflows.new_tenants import create_tenant
from somebody import NOW, new_user


def test_a_sound_installation_passes() -> None:
    """Here every check passes, and the table says so."""
    outcome = CliRunner().invoke(app, ["doctor"])
    assert outcome.exit_code == 0, outcome.output
    assert "demo prices" in outcome.output


def test_json_holds_every_check() -> None:
    """With --json the checks are a list of objects."""
    checks = json.loads(CliRunner().invoke(app, ["doctor", "--json"]).stdout)
    assert {"Python", "numpy", "option price", "VaR", "ES"} <= {check["name"] for check in checks}
    assert all(check["passed"] for check in checks)


def test_a_failed_check_ends_with_one_and_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    """A check that fails is shown with what to do, and the exit code is 1."""
    with pytest.raises(typer.Exit) as exit_:
        show([Check("numpy", False, "not installed", "Install it [now].")], as_json=False)
    assert exit_.value.exit_code == 1
    assert "Install it [now]." in capsys.readouterr().out


def test_what_is_unknown_does_not_pass(capsys: pytest.CaptureFixture[str]) -> None:
    """It is shown as unknown, and the exit code is 1 as for what failed."""
    with pytest.raises(typer.Exit) as exit_:
        show([Check("audit checkpoint", None, "there is none", "Start a worker.")], as_json=False)
    assert exit_.value.exit_code == 1
    assert "unknown" in capsys.readouterr().out


def _asked(data_dir: Path, database_url: str, *more: str) -> tuple[int, dict[str, tuple[bool | None, str]]]:
    place = ["--data-dir", str(data_dir), "--database-url", database_url]
    outcome = CliRunner().invoke(app, ["doctor", "--security", "--json", *place, *more])
    return outcome.exit_code, {
        check["name"]: (check["passed"], check["found"]) for check in json.loads(outcome.stdout)
    }


def test_what_is_weak_is_named(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that others can read, a database above its guards: each with its finding, and exit code 1."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("PLIMSOLL_WEBHOOK_LOOPBACK", "true")
    data = tmp_path / "data"
    code, found = _asked(data, database_url)
    assert code == 1
    assert found["row-level security"] == (True, "forced on every table of tenants")
    assert found["role of the application"][0]
    assert found["data keys"] == (True, "2 of 2 under the master key of now")
    assert found["connection to PostgreSQL"][0]
    weak = {name for name, (passed, _) in found.items() if passed is False}
    assert weak == {
        *("user of the database", "master key", "webhooks", "mail"),
        *("systems that may be called", "virus scanner"),
    }
    unknown = {name for name, (passed, _) in found.items() if passed is None}
    assert unknown == {"signing keys", "audit chain", "audit checkpoint", "login to PostgreSQL"}
    assert found["administrators' factors"] == (True, "every administrator has one")
    data.chmod(0o755)
    assert _asked(data, database_url)[1]["data directory"] == (False, "mode 0755")
    (data / "sealing-key").write_text("plq_short")
    assert _asked(data, database_url)[1]["KMS"] == (None, f"{data / 'sealing-key'} holds no key")


def test_a_tenant_is_looked_at_by_its_name(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own people count, and not those of the installation; one that there is not is said so."""
    monkeypatch.chdir(tmp_path)

    async def filled() -> None:
        database = Database(database_url)
        tenant = (await create_tenant(database, "Acme", NOW)).tenant.id
        await new_user(database, tenant)
        await database.dispose()

    asyncio.run(filled())
    data = tmp_path / "data"
    assert _asked(data, database_url, "--tenant", "Acme")[1]["administrators' factors"][0] is False
    assert _asked(data, database_url)[1]["administrators' factors"][0] is True
    place = ["--data-dir", str(data), "--database-url", database_url, "--tenant", "Nobody"]
    unknown = CliRunner().invoke(app, ["doctor", "--security", *place])
    assert isinstance(unknown.exception, NotFoundError)
    assert isinstance(CliRunner().invoke(app, ["doctor", "--tenant", "Acme"]).exception, UsageError)
