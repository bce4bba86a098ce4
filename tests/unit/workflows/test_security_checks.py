"""What is weak in an installation."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from plimsoll.data.store.data_keys import DataKeyRecord, KeyPurpose
from plimsoll.data.store.guards import Guards
from plimsoll.security.certificates import CertificateFindings
from plimsoll.workflows.data_key_rotation import ColumnState, SealingState
from plimsoll.workflows.doctor import Check
from plimsoll.workflows.security_checks import (
    OLDEST_KEY,
    Posture,
    database_checks,
    file_checks,
    key_checks,
    posture_checks,
    web_checks,
)

NOW = dt.datetime(2026, 6, 30, tzinfo=dt.UTC)
KEY = DataKeyRecord(UUID(int=1), KeyPurpose.SEAL, 1, "local", "m", b"", NOW, NOW, None, -1.0)
STATE = SealingState("local", "m", "", 1, [KEY], [ColumnState("webhooks.secret", 3, 0)])


def weak(checks: list[Check]) -> list[str]:
    """Return the names of the checks that fail; each of them says what to do."""
    failed = [check for check in checks if not check.passed]
    assert all(check.remedy for check in failed)
    return [check.name for check in failed]


def test_a_platform_of_one_machine_is_fine() -> None:
    """With its own database, a key file and one person nothing is missing."""
    assert weak(posture_checks(Posture())) == []
    assert weak(key_checks(STATE, now=NOW)) == []
    assert weak(database_checks(Guards([], False, True), own=True)) == []


def test_what_was_told_is_judged() -> None:
    """A database elsewhere asks for more than our own does."""
    told = Posture(
        database_url="postgresql://me:hunter2@db.example.com/r",
        redis_url="redis://:hunter3@cache.example.com",
        four_eyes=False,
        webhook_loopback=True,
    )
    checks = posture_checks(told)
    assert weak(checks) == [
        *("connection to PostgreSQL", "connection to Redis", "master key", "four eyes", "webhooks")
    ]
    assert "hunter" not in str(checks) + repr(told)
    sound = Posture(
        database_url="postgresql://db.example.com/r?sslmode=verify-full",
        redis_url="rediss://cache.example.com",
        kms="aws:alias/plimsoll",
    )
    assert weak(posture_checks(sound)) == []


@pytest.mark.parametrize(
    ("state", "names"),
    [
        (replace(STATE, master=None, problem="AWS KMS does not help"), ["KMS"]),
        (replace(STATE, master="n"), ["data keys"]),
        (replace(STATE, columns=[ColumnState("channels.url", 3, 1)]), ["sealed secrets"]),
        (
            replace(STATE, keys=[replace(KEY, created_at=NOW - OLDEST_KEY - dt.timedelta(days=1))]),
            ["age of the data key"],
        ),
    ],
)
def test_keys_are_judged(state: SealingState, names: list[str]) -> None:
    """A KMS that is down, an old master key, secrets under an old key, a key of more than a year."""
    assert weak(key_checks(state, now=NOW)) == names


def test_the_database_is_judged() -> None:
    """Tables without guards are named; a superuser is one too many where the server is not our own."""
    checks = database_checks(Guards(["runs"], True, True), own=False)
    assert weak(checks) == ["row-level security", "role of the application", "user of the database"]
    assert "runs" in checks[0].found


def test_files_are_judged(tmp_path: Path) -> None:
    """Who else can read a directory or key; a configuration counts where it holds secrets as they are."""
    directory, key, file = tmp_path / "data", tmp_path / "data" / "api-key", tmp_path / "plimsoll.toml"
    directory.mkdir()
    directory.chmod(0o701)
    key.write_text("plk_x")
    key.chmod(0o600)
    file.write_text('database_url = "secret:env:RISK"\nbase = "EUR"\n')
    file.chmod(0o644)
    assert weak(file_checks(directory, [key, directory / "none"], [file, tmp_path / "none"])) == []
    for line in ('redis_url = "redis://:pw@localhost"', "twilio_token = 'x'"):
        file.write_text(line)
        assert weak(file_checks(directory, [key], [file])) == ["plimsoll.toml"]
    file.chmod(0o600)
    directory.chmod(0o750)
    key.chmod(0o640)
    assert weak(file_checks(directory, [key], [file])) == ["data directory", "key file api-key"]


def test_how_browsers_come_in_is_judged() -> None:
    """One machine needs nothing; a name needs TLS, here for weeks to come; what a proxy does is not known."""
    assert weak(web_checks(Posture(outboxes=("mail", "sms")), now=NOW)) == []
    named = Posture(hosts=("risk.example.com",), outboxes=("mail",))
    assert weak(web_checks(named, now=NOW)) == ["TLS", "mail"]
    ends = NOW + dt.timedelta(days=15)
    own = CertificateFindings(NOW, ends, (), is_public=True, weakness="")
    sound = replace(named, outboxes=(), certificate=own)
    assert weak(web_checks(sound, now=NOW)) == []
    ending = replace(sound, certificate=replace(own, ends_at=NOW + dt.timedelta(days=13)))
    assert weak(web_checks(ending, now=NOW)) == ["TLS"]
    assert web_checks(replace(named, behind_proxy=True), now=NOW)[0].passed is None


def test_what_cannot_be_looked_at_is_unknown(tmp_path: Path) -> None:
    """A path that leads nowhere is not there; one that cannot be followed is not taken for sound."""
    (tmp_path / "file").touch(mode=0o600)
    there, nowhere, blocked = file_checks(
        tmp_path / "file", [tmp_path / "none", tmp_path / "file" / "key"], []
    )
    assert (there.passed, nowhere.passed, blocked.passed) == (True, True, None)
