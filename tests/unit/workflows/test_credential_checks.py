"""By what an installation shows others who it is."""

from pathlib import Path

import pytest

from plimsoll.workflows.credential_checks import aws_check, database_check, redis_check


@pytest.mark.parametrize(
    ("url", "passed", "found"),
    [
        (None, True, "our own"),
        ("postgresql://app:hunter2@db.example.com/r?sslmode=verify-full", False, "a password"),
        ("postgresql://app:hunter2@db.example.com/r?sslcert=c&sslkey=k", False, "a password"),
        ("postgresql://app@db.example.com/r?password=hunter2", False, "a password"),
        ("postgresql://app@db.example.com/r?passfile=/hunter2", False, "a password"),
        ("postgresql://app@db.example.com/r?sslcert=c&sslkey=k", True, "a certificate"),
        ("postgresql://app@db.example.com/r?plimsoll_iam=true", True, "a token"),
        ("postgresql://app:@/r?host=/run/postgresql", None, "neither"),
        ("postgresql://[", None, "neither"),
    ],
)
def test_a_password_of_the_database_is_weak(url: str | None, passed: bool | None, found: str) -> None:
    """A certificate and tokens are strong; what is not named is not known; nothing of the URL is repeated."""
    check = database_check(url, environment={})
    assert (check.passed, found in check.found, bool(check.remedy)) == (passed, True, passed is not True)
    assert "hunter2" not in str(check)


def test_a_password_beside_the_url_is_one_too() -> None:
    """Where libpq looks for it."""
    for name in ("PGPASSWORD", "PGPASSFILE"):
        check = database_check("postgresql://app@db.example.com/r", environment={name: "hunter2"})
        assert (check.passed, "hunter2" in str(check)) == (False, False)


@pytest.mark.parametrize(
    ("url", "passed", "found"),
    [
        (None, True, "none"),
        ("redis://127.0.0.1:6379/0", False, "nobody is asked"),
        ("rediss://:hunter2@cache.example.com/0", False, "a password"),
        ("rediss://app:hunter2@cache.example.com/0", False, "a password"),
        (
            "rediss://app@cache.example.com/0?ssl_certfile=c&ssl_keyfile=k&ssl_ca_certs=a",
            True,
            "a certificate",
        ),
    ],
)
def test_a_password_of_redis_is_weak(url: str | None, passed: bool, found: str) -> None:
    """And so is none at all."""
    check = redis_check(url)
    assert (check.passed, found in check.found, bool(check.remedy)) == (passed, True, not passed)
    assert "hunter2" not in str(check)


def test_keys_of_aws_that_do_not_end_are_weak(tmp_path: Path) -> None:
    """In the environment and in either file; a role and what ends are strong, and no key is repeated."""
    assert aws_check(environment={}, home=tmp_path).passed
    keys = {"AWS_ACCESS_KEY_ID": "AKIAHUNTER2", "AWS_SECRET_ACCESS_KEY": "hunter2"}
    assert not aws_check(environment=keys, home=tmp_path).passed
    assert aws_check(environment={**keys, "AWS_SESSION_TOKEN": "x"}, home=tmp_path).passed
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[default]\nregion = eu-central-1\nrole_arn = x\n")
    assert aws_check(environment={}, home=tmp_path).passed
    (tmp_path / ".aws" / "credentials").write_text("[desk]\naws_access_key_id = AKIAHUNTER2\n")
    check = aws_check(environment={}, home=tmp_path)
    assert (check.passed, "(desk)" in check.found, "HUNTER2" in str(check)) == (False, True, False)
    (tmp_path / "other").write_text("no section\n")
    elsewhere = {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "other")}
    assert aws_check(environment=elsewhere, home=tmp_path).passed
