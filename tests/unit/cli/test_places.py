"""Where the platform of a command is."""

from pathlib import Path

import pytest

from plimsoll.cli.places import installation, messaging, other_place, where
from plimsoll.errors import UsageError
from plimsoll.services.risk_api.messaging import Messaging


@pytest.fixture(autouse=True)
def _clean_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


def test_options_over_settings_over_the_usual_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An option counts most, then the setting, then the directory for users' data."""
    assert where(None, None) == (tmp_path / "XDG_DATA_HOME" / "plimsoll", None)
    monkeypatch.setenv("PLIMSOLL_DATA_DIR", "set")
    monkeypatch.setenv("PLIMSOLL_DATABASE_URL", "postgresql:///set")
    assert where(None, None) == (tmp_path / "set", "postgresql:///set")
    assert where(Path("said"), "postgresql:///said") == (tmp_path / "said", "postgresql:///said")
    assert installation(Path("said"), None).directory == tmp_path / "said"
    assert where(None, "")[1] == ""  # an option that is empty by mistake: refused, not passed over
    monkeypatch.setenv("PLIMSOLL_DATABASE_URL", "")
    assert where(None, None)[1] is None


def test_a_url_may_be_kept_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An option or a setting names a file or a variable, and the URL is read from there."""
    (tmp_path / "url").write_text("postgresql:///from-a-file\n")
    monkeypatch.setenv("PLIMSOLL_DATABASE_URL", f"secret:file:{tmp_path / 'url'}")
    assert where(None, None)[1] == "postgresql:///from-a-file"
    monkeypatch.setenv("RISK_REDIS", "redis://localhost")
    assert installation(None, None, "secret:env:RISK_REDIS").redis_url == "redis://localhost"


def test_another_machine_must_prove_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a checked certificate a database or Redis elsewhere is refused, unless told otherwise."""
    database, redis = "postgresql://db.example.com/risk", "redis://cache.example.com"
    with pytest.raises(UsageError, match="database is on another machine"):
        where(None, database)
    with pytest.raises(UsageError, match="Redis is on another machine"):
        installation(None, None, redis)
    monkeypatch.setenv("PLIMSOLL_UNVERIFIED_TLS", "true")
    assert where(None, database)[1] == database
    assert installation(None, None, redis).redis_url == redis


def test_tokens_need_a_database_of_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database of our own knows no roles of AWS; the URL says to all who connect that tokens are taken."""
    monkeypatch.setenv("PLIMSOLL_DATABASE_IAM", "true")
    with pytest.raises(UsageError, match="needs a database of yours"):
        where(None, None)
    url = "postgresql://app@db.example.com/risk?sslmode=verify-full"
    marked = where(None, url)[1]
    assert marked == url.replace("?", "?plimsoll_iam=true&") == installation(None, marked).database_url


def test_the_option_of_further_commands() -> None:
    """It is there where it is needed, ready for a shell."""
    assert (other_place(None), other_place(Path("/my data"))) == ("", " --data-dir '/my data'")


def test_a_provider_that_lacks_something_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings are held against each other before anything begins; whole ones are handed on."""
    monkeypatch.setenv("PLIMSOLL_SMS", "twilio")
    monkeypatch.setenv("PLIMSOLL_SMS_FROM", "MG1")
    monkeypatch.setenv("PLIMSOLL_TWILIO_ACCOUNT", "AC1")
    with pytest.raises(UsageError, match="sms = twilio needs twilio_token"):
        installation(None, None)
    monkeypatch.setenv("PLIMSOLL_TWILIO_TOKEN", "secret:env:RISK_TWILIO")
    assert installation(None, None).messaging == messaging() != Messaging()
