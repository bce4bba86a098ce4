"""By what an installation shows others who it is: what ends by itself is strong, what never ends weak."""

import configparser
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from plimsoll.workflows.doctor import Check

__all__ = ["aws_check", "database_check", "redis_check"]

_TOKENS = "plimsoll_iam"
_MOST_BYTES = 1024 * 1024


def database_check(url: str | None, *, environment: Mapping[str, str] = os.environ) -> Check:
    """Check by what the platform logs in to PostgreSQL.

    Parameters
    ----------
    url
        Of a database of the user's; None for our own.
    environment
        Where PGPASSWORD and PGPASSFILE may be.
    """
    name = "login to PostgreSQL"
    if url is None:
        return Check(name, True, "our own, which lets in nobody but the user of this machine")
    query, has_password = _read(url)
    if _TOKENS in query:
        return Check(name, True, "a token of AWS IAM for each connection")
    stored = [place for place in ("PGPASSWORD", "PGPASSFILE") if environment.get(place)]
    if has_password or "password" in query or "passfile" in query or stored:
        found = "a password that does not change by itself"
        remedy = (
            "Log in by a client's certificate (sslcert and sslkey in the URL), "
            "or on Amazon RDS by PLIMSOLL_DATABASE_IAM=true."
        )
        return Check(name, False, found, remedy)
    if "sslcert" in query:
        return Check(name, True, "a certificate of its own")
    found = "neither a password nor a certificate is named"
    return Check(name, None, found, "Look at pg_hba.conf: trust lets in everybody who gets there.")


def redis_check(url: str | None) -> Check:
    """Check by what the platform logs in to Redis.

    Parameters
    ----------
    url
        Of a Redis of the user's; None for none.
    """
    name = "login to Redis"
    if url is None:
        return Check(name, True, "there is none")
    query, has_password = _read(url)
    if "ssl_certfile" in query:
        return Check(name, True, "a certificate of its own")
    remedy = (
        "Let Redis ask for certificates (tls-auth-clients yes), and name ours in the URL: "
        "rediss://plimsoll@host:6379/0?ssl_certfile=…&ssl_keyfile=…&ssl_ca_certs=…"
    )
    if has_password or "password" in query:
        return Check(name, False, "a password that does not change by itself", remedy)
    return Check(name, False, "nobody is asked who they are", remedy)


def aws_check(*, environment: Mapping[str, str] = os.environ, home: Path | None = None) -> Check:
    """Check by what the platform shows AWS who it is.

    Parameters
    ----------
    environment
        With the variables that AWS's libraries read.
    home
        Where their files are; None for that of the user.
    """
    name, remedy = "login to AWS", "Give the machine or container a role, and remove the keys."
    if environment.get("AWS_ACCESS_KEY_ID") and not environment.get("AWS_SESSION_TOKEN"):
        return Check(name, False, "keys in the environment that do not end", remedy)
    folder = (home or Path(os.path.expanduser("~"))) / ".aws"  # noqa: PTH111 - Path.home() raises for nobody
    variables = {"AWS_SHARED_CREDENTIALS_FILE": "credentials", "AWS_CONFIG_FILE": "config"}
    for variable, usual in variables.items():
        place = Path(environment.get(variable) or folder / usual)
        profiles = ", ".join(_with_keys(place))
        if profiles:
            return Check(name, False, f"keys that do not end, in {place} ({profiles})", remedy)
    return Check(name, True, "no keys are kept: a role, if AWS is asked at all")


def _read(url: str) -> tuple[Mapping[str, list[str]], bool]:
    """Return the query of a URL, and whether a password is before its host; nothing of it is repeated."""
    try:
        parts = urlsplit(url)
        return parse_qs(parts.query), bool(parts.netloc.rpartition("@")[0].partition(":")[2])
    except ValueError:
        return {}, False


def _with_keys(place: Path) -> Iterator[str]:
    """Yield the profiles of a file that hold keys which do not end."""
    parser = configparser.RawConfigParser()
    try:
        with place.open("rb") as file:
            parser.read_string(file.read(_MOST_BYTES).decode(errors="replace"))
    except (OSError, configparser.Error):
        return
    for profile in parser.sections():
        held = parser[profile]
        if "aws_access_key_id" in held and "aws_session_token" not in held:
            yield profile
