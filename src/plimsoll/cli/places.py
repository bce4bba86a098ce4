"""Where the platform of a command is: options over settings."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.configuration import settings
from plimsoll.errors import UsageError
from plimsoll.security.secret_sources import read_secret
from plimsoll.security.transport import check_postgres_url, check_redis_url

if TYPE_CHECKING:
    from pydantic import SecretStr

    from plimsoll.security.virus_scanner import VirusScanner
    from plimsoll.services.risk_api.installation import Installation
    from plimsoll.services.risk_api.messaging import Messaging

__all__ = ["DataDir", "DatabaseUrl", "RedisUrl", "installation", "messaging", "other_place", "web", "where"]

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="DIR", help="Data directory. Default: ~/.local/share/plimsoll."),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        metavar="URL",
        help="A PostgreSQL of yours; with a password, rather set PLIMSOLL_DATABASE_URL.",
    ),
]
RedisUrl = Annotated[
    str | None,
    typer.Option(
        "--redis-url",
        metavar="URL",
        help="A Redis of yours, for a shared cache; with a password, rather set PLIMSOLL_REDIS_URL.",
    ),
]


def where(data_dir: Path | None, database_url: str | None) -> tuple[Path, str | None]:
    """Return the data directory and the URL of the database, None for one of our own.

    Raises
    ------
    UsageError
        If the database is elsewhere and its certificate would not be checked, or one cannot log in to it by
        tokens as the settings say.
    UnavailableError
        If the URL is kept elsewhere and cannot be read.
    """
    chosen = settings()
    url = _secret(database_url, chosen.database_url)
    if url is not None and not chosen.unverified_tls:
        check_postgres_url(url)
    if chosen.database_iam:
        if url is None:
            remedy = "Set PLIMSOLL_DATABASE_URL as well: a database of our own knows no roles of AWS."
            raise UsageError("database_iam needs a database of yours", remedy=remedy)
        from plimsoll.data.store.logins import with_tokens

        url = with_tokens(url)
    return (data_dir or chosen.data_dir).expanduser().absolute(), url


def installation(
    data_dir: Path | None, database_url: str | None, redis_url: str | None = None
) -> "Installation":
    """Return the platform that the options and settings name."""
    from plimsoll.services.risk_api.installation import Installation

    chosen = settings()
    redis = _secret(redis_url, chosen.redis_url)
    if redis is not None and not chosen.unverified_tls:
        check_redis_url(redis)
    return Installation(
        *where(data_dir, database_url),
        redis_url=redis,
        cache_bytes=chosen.cache_megabytes * 2**20,
        rate_limit=chosen.rate_limit,
        live_refresh_seconds=chosen.live_refresh_seconds,
        four_eyes=chosen.four_eyes,
        webhook_loopback=chosen.webhook_loopback,
        egress=chosen.egress,
        hosts=frozenset(chosen.hosts),
        address=web(),
        proxies=chosen.proxies,
        audit_bucket=chosen.audit_bucket,
        audit_days=chosen.audit_days,
        kms=chosen.kms,
        messaging=messaging(),
        scanner=_scanner(chosen.virus_scanner, trusted_network=chosen.unverified_tls),
    )


def web() -> str:
    """Return where people open the pages, as the settings say."""
    from plimsoll.services.risk_api.ports import web_address

    chosen = settings()
    return web_address(chosen.hosts, chosen.port, None if chosen.tls_cert is None else chosen.tls_port)


def messaging() -> "Messaging":
    """Return what carries mail and text messages, as the settings say.

    Raises
    ------
    UsageError
        If a provider lacks something.
    """
    from plimsoll.services.risk_api.messaging import Messaging

    chosen = settings()
    token = chosen.twilio_token
    return Messaging(
        mail=chosen.mail,
        mail_from=chosen.mail_from,
        sms=chosen.sms,
        sms_from=chosen.sms_from,
        twilio_account=chosen.twilio_account,
        twilio_token="" if token is None else token.get_secret_value(),
    )


def _scanner(url: str | None, *, trusted_network: bool) -> "VirusScanner | None":
    if url is None:
        return None
    from plimsoll.security.virus_scanner import VirusScanner

    return VirusScanner(url, trusted_network=trusted_network)


def _secret(option: str | None, setting: "SecretStr | None") -> str | None:
    """Return what an option or else a setting says or names; None where neither says anything."""
    stated = option if option is not None else (setting.get_secret_value() if setting else None)
    return None if stated is None else read_secret(stated)


def other_place(data_dir: Path | None) -> str:
    """Return the option that a further command needs to find the same platform, with a blank before it.

    Examples
    --------
    >>> other_place(None)
    ''
    """
    return "" if data_dir is None else f" --data-dir {shlex.quote(str(data_dir))}"
