"""Settings: environment over file over default."""

from ipaddress import IPv4Address
from pathlib import Path

import pytest
from pydantic import ValidationError

from plimsoll.settings import Settings, configuration_files, default_data_dir


@pytest.fixture(autouse=True)
def _clean_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home" / "plimsoll").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PLIMSOLL_{name.upper()}", raising=False)


def test_defaults() -> None:
    """With nothing said, the documented defaults hold."""
    assert Settings().model_dump() == {
        "data_dir": default_data_dir(),
        "database_url": None,
        "database_iam": False,
        "redis_url": None,
        "rate_limit": 20_000.0,
        "webhook_loopback": False,
        "audit_bucket": None,
        "audit_days": 400,
        "live_refresh_seconds": 0.1,
        "cache_megabytes": 64,
        "four_eyes": None,
        "egress": None,
        "virus_scanner": None,
        "hosts": (),
        "proxies": (),
        "kms": "local",
        "mail": "outbox",
        "mail_from": "plimsoll@localhost",
        "sms": "outbox",
        "sms_from": "",
        "twilio_account": "",
        "twilio_token": None,
        "unverified_tls": False,
        "tls_cert": None,
        "tls_key": None,
        "tls_port": 8443,
        "tls_listen": IPv4Address("127.0.0.1"),
        "port": 8000,
        "metrics_port": 8001,
        "prices": "demo",
        "base": "USD",
        "confidence": 0.99,
        "horizon": 1,
        "days": 500,
    }


def test_nearer_file_beats_the_user_file_and_environment_beats_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting comes from the environment, else the current directory, else the user's file."""
    user, here = configuration_files()
    user.write_text('base = "EUR"\nhorizon = 5\ndays = 250\n')
    here.write_text("horizon = 10\ndays = 300\n")
    monkeypatch.setenv("PLIMSOLL_DAYS", "750")
    chosen = Settings()
    assert (chosen.base, chosen.horizon, chosen.days) == ("EUR", 10, 750)


def test_without_a_configuration_home_the_usual_place_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without XDG_CONFIG_HOME the user's file is in ~/.config."""
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert configuration_files()[0] == tmp_path / ".config" / "plimsoll" / "plimsoll.toml"


@pytest.mark.parametrize(
    "line", ["confidence = 99", 'base = "euro"', "horizon = 0", "days = 1", "colour = 3"]
)
def test_a_bad_value_is_refused(line: str) -> None:
    """A value out of range and an unknown name are refused."""
    configuration_files()[1].write_text(line + "\n")
    with pytest.raises(ValidationError):
        Settings()


def test_lists_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names and networks are lists in a file and have commas between in the environment."""
    configuration_files()[1].write_text('hosts = ["Risk.example.com"]\nproxies = ["10.0.0.0/8"]\n')
    assert (Settings().hosts, Settings().proxies) == (("risk.example.com",), ("10.0.0.0/8",))
    monkeypatch.setenv("PLIMSOLL_HOSTS", "a.example, b.example")
    monkeypatch.setenv("PLIMSOLL_PROXIES", "127.0.0.1, ::1/128")
    assert Settings().hosts == ("a.example", "b.example")
    assert Settings().proxies == ("127.0.0.1/32", "::1/128")


@pytest.mark.parametrize(
    ("name", "said"),
    [("HOSTS", "https://a.example"), ("HOSTS", "*"), ("PROXIES", "10.0.0.1/8"), ("PROXIES", "proxy.example")],
)
def test_hosts_and_proxies_are_exact(name: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No wildcard, no name for a network, no network that means another one than it says."""
    monkeypatch.setenv(f"PLIMSOLL_{name}", said)
    with pytest.raises(ValidationError):
        Settings()


def test_the_usual_data_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is where the system keeps users' data, else in ~/.local/share."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert Settings().data_dir == tmp_path / "data" / "plimsoll"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Settings().data_dir == tmp_path / ".local" / "share" / "plimsoll"


def test_a_database_url_is_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may hold a password, so that no representation shows it."""
    monkeypatch.setenv("PLIMSOLL_DATABASE_URL", "postgresql://user:hunter2@host/name")
    monkeypatch.setenv("PLIMSOLL_REDIS_URL", "redis://user:hunter2@host")
    assert "hunter2" not in repr(Settings())


def test_settings_are_frozen() -> None:
    """Nobody changes a setting after the start."""
    with pytest.raises(ValidationError):
        Settings().base = "EUR"
